"""What torch.utils.tensorboard writes for the calls of src/tensorboard/writer/torch.test.ts: src/tensorboard/writer/torch.fixture.json.

    python conformance/tensorboard_events.py

Needs torch, tensorboard and Pillow. Events are kept whole, with one time in all of them; images as their pixels; the projector's tables as text.
"""
import base64
import glob
import io
import json
import os
import pathlib
import tempfile

import numpy as np
import torch
from PIL import Image
from tensorboard.compat.proto import event_pb2
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

OUT = pathlib.Path(__file__).parent.parent / "src/tensorboard/writer/torch.fixture.json"
W = 1700000000.5


def calls(w, root):
    out={}
    def rec(name, f):
        events=[]
        class FW:
            def add_event(s,e,step=None,walltime=None):
                e.wall_time = W
                if step is not None: e.step=int(step)
                events.append(base64.b64encode(e.SerializeToString()).decode())
            def add_summary(s,summary,global_step=None,walltime=None):
                s.add_event(event_pb2.Event(summary=summary),global_step,walltime)
            def get_logdir(s): return root
        fw=FW()
        w._get_file_writer=lambda: fw
        f(w)
        out[name]=events
    rec('scalar', lambda w: w.add_scalar('loss/train', 0.25, 3))
    rec('scalar of a tensor', lambda w: w.add_scalar('a', torch.tensor([[0.1]]), torch.tensor(7)))
    rec('scalar at 0', lambda w: w.add_scalar('a', 1, 0))
    rec('scalar without step', lambda w: w.add_scalar('a', -2))
    rec('scalar nan', lambda w: w.add_scalar('a', float('nan'), 1))
    rec('scalar inf', lambda w: w.add_scalar('a', float('-inf'), 1))
    rec('scalar too large', lambda w: w.add_scalar('a', 1e300, 1))
    rec('scalar negative step', lambda w: w.add_scalar('a', 1, -5))
    rec('scalar new', lambda w: w.add_scalar('a', 0.1, 1, new_style=True))
    rec('scalar new double', lambda w: w.add_scalar('ü', 0.1, 1, new_style=True, double_precision=True))
    vals=np.array([((i*37)%64-20)/16 for i in range(150)])
    rec('histogram', lambda w: w.add_histogram('h', vals, 2))
    rec('histogram float32', lambda w: w.add_histogram('h', torch.tensor([0.5,1.5,1.5,3.0]), 2))
    rec('histogram one value', lambda w: w.add_histogram('h', torch.zeros(4), 2))
    for b in ['auto','fd','doane','scott','stone','rice','sturges','sqrt']:
        rec('histogram '+b, lambda w: w.add_histogram('h', vals, 2, bins=b))
    rec('histogram 7', lambda w: w.add_histogram('h', vals, 2, bins=7))
    rec('histogram limits', lambda w: w.add_histogram('h', vals, 2, bins=[-1.0,0.0,0.5,2.0]))
    rec('histogram few', lambda w: w.add_histogram('h', vals, 2, max_bins=64))
    rec('histogram 30 of 7', lambda w: w.add_histogram('h', vals, 2, bins=30, max_bins=7))
    rec('histogram with nan', lambda w: w.add_histogram('h', np.array([1.0,float('nan'),2.0]), 2))
    rec('histogram raw', lambda w: w.add_histogram_raw('h', 0, 2, 3, 3, 5, [1,2], [1,2], 2))
    rec('text', lambda w: w.add_text('notes','A **bold** ü', 1))
    rec('pr curve', lambda w: w.add_pr_curve('pr', torch.tensor([0,1,1,0,1]), torch.tensor([0.1,0.4,0.35,0.8,1.0]), 1))
    rec('pr curve 5', lambda w: w.add_pr_curve('pr', np.array([False,True,True]), np.array([0.1,0.4,0.35]), 1, num_thresholds=5, weights=np.array([1.0,2.0,0.5])))
    rec('pr curve raw', lambda w: w.add_pr_curve_raw('pr',[2,1],[1,0],[0,1],[0,1],[0.5,1],[1,0.5],1,2))
    rec('custom scalars', lambda w: w.add_custom_scalars({'Taiwan':{'twse':['Multiline',['twse/0050','twse/2330']]},'USA':{'dow':['Margin',['a','b','c']],'nasdaq':['Margin',['d','e','f']]}}))
    rec('multiline', lambda w: w.add_custom_scalars_multilinechart(['a','b']))
    rec('margin', lambda w: w.add_custom_scalars_marginchart(['a','b','c'],'cat','title'))
    v=torch.tensor([[[1,1,1],[-1,-1,1],[1,-1,-1],[-1,1,-1]]],dtype=torch.float)
    c=torch.tensor([[[255,0,0],[0,255,0],[0,0,255],[255,0,255]]],dtype=torch.int)
    f=torch.tensor([[[0,2,3],[0,3,1],[0,1,2],[1,3,2]]],dtype=torch.int)
    rec('mesh', lambda w: w.add_mesh('m', v, c, f, {'material':{'cls':'MeshStandardMaterial','side':2},'camera':{'cls':'PerspectiveCamera','fov':75.5}}, 1))
    rec('points', lambda w: w.add_mesh('m', v))
    rec('audio', lambda w: w.add_audio('snd', torch.tensor([[0.0,0.5,-0.5,1.0,-1.0,0.1]]), 1, 8000))
    for d in [torch.float32,torch.float64,torch.int32,torch.int64,torch.uint8,torch.bool]:
        rec('tensor '+str(d)[6:], lambda w: w.add_tensor('t', torch.tensor([[1,0,1],[0,1,1]]).to(d), 1))
    def hp(*a, **k):
        e=[]
        for s in hparams(*a,**k):
            ev=event_pb2.Event(summary=s, wall_time=W, step=2); e.append(base64.b64encode(ev.SerializeToString()).decode())
        return e
    out['hparams']=hp({'lr':0.1},{'hparam/accuracy':0.9})
    out['hparams word']=hp({'optimizer':'Adam'},{'a':1,'b':2})
    out['hparams bool']=hp({'bias':True,'none':None},{'a':1})
    out['hparams domain']=hp({'lr':0.1},{'a':1},{'lr':[0.1,0.01]})
    out['hparams tensor']=hp({'lr':torch.tensor([0.5])},{'a':1})
    # pixels
    px={}
    def image(name, f):
        rec(name,f)
        e=event_pb2.Event.FromString(base64.b64decode(out.pop(name)[0]))
        im=e.summary.value[0].image
        p=np.asarray(Image.open(io.BytesIO(im.encoded_image_string)))
        px[name]=dict(tag=e.summary.value[0].tag,height=im.height,width=im.width,colorspace=im.colorspace,shape=list(p.shape),pixels=base64.b64encode(p.tobytes()).decode())
    def ramp(*s, scale=1.0): 
        n=int(np.prod(s)); return (torch.arange(n)*7%23).reshape(s)/22*scale
    image('CHW', lambda w: w.add_image('i', ramp(3,4,5),1))
    image('grey', lambda w: w.add_image('i', ramp(1,4,5),1))
    image('four', lambda w: w.add_image('i', ramp(4,4,5),1))
    image('HWC', lambda w: w.add_image('i', ramp(4,5,3),1,dataformats='HWC'))
    image('HW', lambda w: w.add_image('i', ramp(4,5),1,dataformats='HW'))
    image('WH', lambda w: w.add_image('i', ramp(4,5),1,dataformats='wh'))
    image('uint8', lambda w: w.add_image('i', (ramp(3,4,5)*255).to(torch.uint8),1))
    image('outside', lambda w: w.add_image('i', ramp(3,4,5,scale=3.0)-1,1))
    image('double', lambda w: w.add_image('i', ramp(3,4,5).double(),1))
    image('bool', lambda w: w.add_image('i', ramp(3,4,5)>0.5,1))
    image('NCHW', lambda w: w.add_images('i', ramp(10,3,2,3),1))
    image('N1HW', lambda w: w.add_images('i', ramp(3,1,2,3),1))
    image('NHWC', lambda w: w.add_images('i', ramp(9,2,3,3),1,dataformats='NHWC'))
    image('boxes', lambda w: w.add_image_with_boxes('i', ramp(3,20,24), torch.tensor([[3,4,12,15],[10.7,2.2,22.9,18.6]]),1))
    image('boxes over the edge', lambda w: w.add_image_with_boxes('i', ramp(3,10,12), torch.tensor([[-3,-2,20,5],[0,0,11,9],[5,3,5,3]]),1))
    image('boxes turned', lambda w: w.add_image_with_boxes('i', ramp(3,20,24), torch.tensor([[14,4,3,15],[20,18,10,2]]),1))
    image('rescaled', lambda w: w.add_image_with_boxes('i', ramp(3,10,12), torch.tensor([[2,2,8,7]]),1,rescale=2))
    return out, px
def files(w, root):
    """The projector's tables as text, and the pixels of its sprite."""
    class FW:
        def get_logdir(self):
            return root

    w._get_file_writer = lambda: FW()
    w.add_embedding(torch.tensor([[0.1, -1.0, 2.5], [1e-6, 3.0, 1e20]]), metadata=["a", "b ü"])
    w.add_embedding(torch.tensor([[1, 2], [3, 4], [5, 6]]), metadata=[["a", 1], ["b", 2], ["c", 3]], metadata_header=["name", "n"], tag='x/ü"', global_step=12,
                    label_img=(torch.arange(36) % 7).reshape(3, 1, 3, 4) / 6)
    texts, sprite = {}, None
    for path in sorted(glob.glob(root + "/**", recursive=True)):
        if not os.path.isfile(path) or "tfevents" in path:
            continue
        data = pathlib.Path(path).read_bytes()
        if path.endswith(".png"):
            pixels = np.asarray(Image.open(io.BytesIO(data)))
            sprite = dict(shape=list(pixels.shape), pixels=base64.b64encode(pixels.tobytes()).decode())
        else:
            texts[os.path.relpath(path, root)] = data.decode()
    return texts, sprite


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as root:
        writer = SummaryWriter(root)
        events, pixels = calls(writer, root)
        texts, pixels["sprite"] = files(writer, root)
    OUT.write_text(json.dumps(dict(walltime=W, events=events, pixels=pixels, files=texts), indent=1, ensure_ascii=False))
