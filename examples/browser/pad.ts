/** A square to draw on, read as MNIST has its digits: 28 by 28, the ink within 20 by 20, its centre of mass in the middle. */

const SIDE = 28;
const BOX = 20;

export class Pad {
  private readonly context: CanvasRenderingContext2D;
  private last: { x: number; y: number } | undefined;
  /** A digit that was put here and is not a drawing. */
  private shown: Float32Array | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly changed: () => void,
  ) {
    this.context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.erase();
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      if (this.shown) this.erase();
      this.last = this.place(event);
      this.lineTo(this.last);
    };
    canvas.onpointermove = (event) => {
      if (this.last) this.lineTo(this.place(event));
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      this.last = undefined;
    };
  }

  clear(): void {
    this.erase();
    this.changed();
  }

  /** Puts a digit of 28 by 28 pixels, 0..1, here. */
  show(pixels: Float32Array): void {
    this.erase();
    this.shown = pixels;
    const step = this.canvas.width / SIDE;
    pixels.forEach((value, i) => {
      this.context.fillStyle = `rgba(29, 36, 51, ${value})`;
      this.context.fillRect((i % SIDE) * step, Math.floor(i / SIDE) * step, step, step);
    });
    this.changed();
  }

  /** Pixels 0..1, ink 1; undefined for an empty square. */
  pixels(): Float32Array | undefined {
    if (this.shown) return this.shown;
    const { width, height } = this.canvas;
    const ink = inkOf(this.context.getImageData(0, 0, width, height));
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let i = 0; i < ink.length; i++) {
      if (ink[i]! < 0.1) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }
    if (right < 0) return undefined;
    const [w, h] = [right - left + 1, bottom - top + 1];
    const scale = BOX / Math.max(w, h);
    const draw = (dx: number, dy: number) => {
      const small = document.createElement('canvas');
      small.width = small.height = SIDE;
      const context = small.getContext('2d')!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, SIDE, SIDE);
      context.imageSmoothingQuality = 'high';
      context.drawImage(this.canvas, left, top, w, h, (SIDE - w * scale) / 2 + dx, (SIDE - h * scale) / 2 + dy, w * scale, h * scale);
      return inkOf(context.getImageData(0, 0, SIDE, SIDE));
    };
    // Once to find the centre of mass, once with it in the middle.
    const first = draw(0, 0);
    let [mass, x, y] = [0, 0, 0];
    first.forEach((value, i) => {
      mass += value;
      x += value * ((i % SIDE) + 0.5);
      y += value * (Math.floor(i / SIDE) + 0.5);
    });
    return draw(SIDE / 2 - x / mass, SIDE / 2 - y / mass);
  }

  private erase(): void {
    this.shown = undefined;
    this.context.fillStyle = '#fff';
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private place(event: PointerEvent): { x: number; y: number } {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / width;
    return { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale };
  }

  private lineTo(to: { x: number; y: number }): void {
    const { context } = this;
    const from = this.last ?? to;
    context.strokeStyle = '#1d2433';
    context.lineWidth = 22;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    this.last = to;
    this.changed();
  }
}

/** How dark each pixel is, 0 to 1; the ink's own colour counts as 1. */
function inkOf({ data }: ImageData): Float32Array {
  const out = new Float32Array(data.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, (255 - data[4 * i]!) / (255 - 0x1d));
  return out;
}
