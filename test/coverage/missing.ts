/** What of PyTorch is missing on purpose, and why; and what has another name. */

const pairs = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string]);

/** Aliases of PyTorch's own, of functions and of methods alike: `clip` is `clamp`. */
const aliases =
  pairs(`absolute=abs arccos=acos arccosh=acosh arcsin=asin arcsinh=asinh arctan=atan arctan2=atan2 arctanh=atanh clip=clamp concat=cat concatenate=cat
  divide=div true_divide=div fix=trunc greater=gt greater_equal=ge less=lt less_equal=le not_equal=ne multiply=mul negative=neg subtract=sub swapdims=swapaxes
  trapz=trapezoid ger=outer row_stack=vstack split_with_sizes=split split_with_sizes_copy=split`);

/** Other names: the left one in PyTorch, the right one in Hone. */
export const renamed: Readonly<Record<string, string>> = Object.fromEntries([
  ...aliases.flatMap(([theirs, ours]) => [
    [`torch.${theirs}`, ours],
    [`torch.Tensor.${theirs}_`, `Tensor.${ours}_`],
    ...(['concat', 'concatenate', 'ger', 'row_stack', 'trapz'].includes(theirs) ? [] : [[`torch.Tensor.${theirs}`, `Tensor.${ours}`]]),
  ]),
  ...pairs(`torch.as_tensor=tensor torch.from_numpy=fromTypedArray torch.is_tensor=instanceof~Tensor torch.rsub=sub     torch.Tensor.shape=Tensor.shape torch.Tensor.dtype=Tensor.dtype torch.Tensor.dim=Tensor.ndim torch.Tensor.ndimension=Tensor.ndim torch.Tensor.nelement=Tensor.numel()
    torch.Tensor.storage_offset=Tensor.offset torch.Tensor.numpy=Tensor.toTypedArray() torch.Tensor.ger=Tensor.outer torch.Tensor.new_tensor=tensor torch.Tensor.type=Tensor.to
    torch.Tensor.detach_=Tensor.detach torch.nn.Module.forward=Module.forward torch.nn.Module.type=Module.to
    torch.nn.utils.clip_grad_norm=nn.utils.clipGradNorm_ torch.nn.functional.upsample=F.interpolate torch.nn.functional.upsample_bilinear=F.interpolate torch.nn.functional.upsample_nearest=F.interpolate
    torch.nn.NLLLoss2d=nn.NLLLoss torch.nn.Container=nn.Module torch.nn.Module.register_backward_hook=Module.registerFullBackwardHook`).map(
    ([theirs, ours]) => [theirs, ours.replace('~', ' ')],
  ),
]);

const any = (space: string, names: string) => new RegExp(`^${space}\\.(${names.trim().split(/\s+/).join('|')})$`);
const either = (names: string) => any('torch(\\.Tensor)?', names);

/** A pattern of full names, and why Hone has none of them. The first that fits counts. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/\.(DataParallel|SyncBatchNorm)$|share_memory_?$|is_shared$|is_distributed$/, 'several devices or processes: Hone runs in one process'],
  [
    /quantize|fake_|q_per_channel|q_scale|q_zero|int_repr|fbgemm|choose_qparams|qscheme|fused_moving_avg|scaled_(addmm|grouped_mm|mm)/,
    'quantisation: Hone trains in float32 and float64',
  ],
  [
    /miopen|mkldnn|\.(ipu|xpu|mtia|is_(ipu|maia|meta|mps|mtia|vulkan|xla|xpu)|pin_memory|is_pinned|get_device|record_stream|to_empty|autocast|compile)$|memory_format$/,
    'other devices, their memory, and compilers for them: there is one device, the CPU',
  ],
  [
    /sparse|\.(coalesce|is_coalesced|indices|values|crow_indices|col_indices|ccol_indices|row_indices|to_dense|dense_dim|smm|spmm|hspmm|hsmm|dsmm|saddmm|sspaddmm|SparseAdam)$/i,
    'sparse tensors: Hone has dense ones',
  ],
  [
    /_copy$|\.(sym_\w+|unsafe_\w+|alias_copy|slice_inverse|native_\w+|batch_norm_\w+|convolution|constant_pad_nd|conv_tbc|grid_sampler\w*|affine_grid_generator|(gru|lstm|rnn_tanh|rnn_relu)(_cell)?|norm_except_dim|feature_dropout|has_torch_function\w*|assert_int_or_pair|boolean_dispatch|module_load|hash_tensor|as_subclass|reinforce|volatile|output_nr|grad_dtype|is_inference|const_data_ptr|data_ptr|dim_order|is_set_to|layout|name|storage|untyped_storage|storage_type|new|is_nested|to_padded_tensor|retains_grad|apply_|map_|map2_)$/,
    'for the inside of PyTorch, or older than its layers',
  ],
  [
    /conj|complex|\.(real|imag|angle|polar|isreal|is_neg|resolve_neg|adjoint|H|mH|cfloat|cdouble|chalf|istft|stft|view_as_real)$/,
    'complex numbers: Hone has none',
  ],
  [/\.(bfloat16|half|byte|char|short)$/, 'dtypes that no kernel computes in: to() takes bool, uint8, int32, int64, float32 and float64'],
  [either('lu lstsq qr svd solve nuclear_norm frobenius_norm'), "PyTorch's older names: linalg.lu, lstsq, qr, svd, solve and norm"],
  [
    either('lobpcg geqrf orgqr ormqr symeig'),
    'the steps inside decompositions, and some of the eigenvalues: linalg.qr and linalg.eigh give all',
  ],
  [/^torch\.linalg\.\w+_ex$/, 'the functions without the suffix, which throw a LinAlgError instead of returning what went wrong'],
  [
    /^torch(\.linalg|\.Tensor)?\.(eig|eigvals)$/,
    'eigenvalues of matrices that are not symmetric are complex, and Hone has no complex numbers',
  ],
  [/^torch\.linalg\.(ldl_\w+|householder_product|matrix_sqrth)$/, 'seldom met decompositions: linalg.lu, qr and eigh'],
  [
    either('igamma_? igammac_? nextafter_? frexp'),
    'incomplete gamma functions, and the bits of floating numbers: without a use in layers or losses',
  ],
  [either('binomial poisson cauchy_ geometric_ log_normal_'), 'distributions that no layer or initialiser draws from'],
  [
    /\.(histogram|histogramdd|gradient|unravel_index|nonzero_static|hamming_window|hann_window|blackman_window)$/,
    'seldom used in training; made of the functions that are here',
  ],
  [
    /\.(as_strided_scatter|resize_?|resize_as_?|new_empty_strided|set_)$/,
    "memory of other sizes and strides than a tensor's own: views and copies do it",
  ],
  [
    /^torch\.(can_cast|promote_types|result_type|finfo|iinfo|get_default_dtype|set_default_dtype|is_nonzero|is_same_size|is_signed)$|\.Tensor\.(is_nonzero|is_same_size|is_signed|element_size|itemsize|nbytes)$/,
    'questions about dtypes and sizes: dtypes are strings, and the default is float32',
  ],
  [/_with_indices$/, 'the option returnIndices of the function without the suffix'],
  [/\.(RNNBase|RNNCellBase)$/, 'the classes that RNN, LSTM and GRU are made from in PyTorch'],
  [/\.(CrossMapLRN2d|grouped_mm)$/, 'seldom met: an older LocalResponseNorm, mixtures of experts'],
  [/\.(fuse_\w+|skip_init)$/, 'changes of a finished model for faster inference'],
  [/\.(remove_)?(spectral|weight)_norm$/, 'weights computed from others: not yet'],
  [/\.[gs]et_extra_state$/, 'state that is no tensor: registerBuffer keeps tensors'],
  [/\.register_post_accumulate_grad_hook$/, 'hooks are for tensors (registerHook) and modules'],
];

export function reasonFor(name: string): string | null {
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The reasons that explain nothing that is missing. */
export function unusedReasons(missing: readonly string[]): string[] {
  const used = new Set(missing.map((name) => reasons.findIndex(([pattern]) => pattern.test(name))));
  return reasons.filter((_, i) => !used.has(i)).map(([pattern]) => String(pattern));
}
