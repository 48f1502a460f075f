/* hone.h: every kernel of Hone, declared once. The one C ABI of the native addon and of the WebAssembly build.
 *
 * Conventions
 * - An address is a machine pointer natively and an offset into linear memory in WebAssembly; numbers are int32_t, hone_int
 *   (pointer-sized) or double. No other type crosses the border. scripts/gen-kernel-table.mjs reads the prototypes below,
 *   so each one is written as  HONE_KERNEL(name)(type arg, …);  with nothing cleverer than that.
 * - A kernel returns 0, or HONE_E_* with a text in hone_last_error_text(). It never throws, prints, exits or allocates without a
 *   check. Shapes and dtypes were checked in TypeScript; kernels check only what needs the data (index and label ranges).
 * - Arrays are dense and C-contiguous unless strides are given. `meta` is an array of doubles (exact integers).
 * - out may be the same address as an input of the same dtype and layout (in place) where the comment says "in place ok".
 * - A result never depends on the number of threads.
 */
#ifndef HONE_H
#define HONE_H

#include <stdint.h>

typedef intptr_t hone_int;

#define HONE_ABI_VERSION 1

/* dtype codes */
enum { HONE_F32 = 0, HONE_F64 = 1, HONE_I32 = 2, HONE_I64 = 3, HONE_U8 = 4, HONE_BOOL = 5 };

/* status codes */
enum { HONE_OK = 0, HONE_E_INVALID = 1, HONE_E_INDEX = 2, HONE_E_MEMORY = 3, HONE_E_DTYPE = 4 };

/* gemm flags */
enum { HONE_TRANS_A = 1, HONE_TRANS_B = 2, HONE_ACCUMULATE = 4, HONE_BIAS_ROW = 8 /* bias[m], one per row of c */ };

/* loss reductions */
enum { HONE_REDUCE_NONE = 0, HONE_REDUCE_MEAN = 1, HONE_REDUCE_SUM = 2 };

/* kinds of recurrent layer */
enum { HONE_RNN_TANH = 0, HONE_RNN_RELU = 1, HONE_LSTM = 2, HONE_GRU = 3 };

/* how pixels between pixels are found */
enum { HONE_NEAREST = 0, HONE_LANCZOS = 1, HONE_BILINEAR = 2, HONE_BICUBIC = 3, HONE_BOX = 4, HONE_HAMMING = 5 };
/* resize flags: the last channel is opacity; PyTorch's weights, not Pillow's; without smoothing (PyTorch's only) */
enum { HONE_RESIZE_OPACITY = 1, HONE_RESIZE_TORCH = 2, HONE_RESIZE_SHARP = 4 };

/* optimizer flags */
enum { HONE_DECOUPLED = 1, HONE_AMSGRAD = 2, HONE_MAXIMIZE = 4, HONE_NESTEROV = 8, HONE_CENTERED = 32 };

/* steps of image_adjust */
enum { HONE_BRIGHTNESS = 1, HONE_CONTRAST = 2, HONE_SATURATION = 3, HONE_HUE = 4 };

/* doubles per entry of an optimizer's parameter list: param, grad, state1, state2, state3 (addresses), n, step, scalar */
#define HONE_OPTIM_STRIDE 8

/* bytes of a random generator's state, which lives in engine memory (random/mt19937.h) */
#define HONE_GENERATOR_BYTES 2560
/* numbers of earlier PyTorch: log instead of log1p (before 2.0), 64 bits for integers from 2^32 on only (before 2.7), MKL's Bernoulli */
#define HONE_RNG_LOG 1
#define HONE_RNG_NARROW 2
#define HONE_RNG_MKL 4

/* What the kernels know of a convolution or pooling, in this order, from which C++ and TypeScript make their own: x is [n, c, h, w], weight
 * [o, c / groups, kh, kw], out [n, o, oh, ow]. pad is the padding at the top and left; oh and ow rule how far the bottom and right reach. */
#define HONE_GEOMETRY(field) \
  field(n) field(c) field(h) field(w) field(o) field(kh) field(kw) field(oh) field(ow) \
  field(stride_h) field(stride_w) field(pad_h) field(pad_w) field(dil_h) field(dil_w) field(groups)

/* the most dims a strided kernel takes; TypeScript collapses dims first */
#define HONE_MAX_DIMS 64

#ifdef __wasm__
#define HONE_KERNEL(name) __attribute__((export_name("hone_" #name))) int32_t hone_##name
#else
#define HONE_KERNEL(name) int32_t hone_##name
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- engine (support/, math/fma_peak.cc) --------------------------------------------------------------------------------------------------- */

/* Returns HONE_ABI_VERSION. */
HONE_KERNEL(abi_version)(void);
/* Sets how many threads the kernels use that this thread calls (1 or more; WebAssembly keeps 1). */
HONE_KERNEL(set_threads)(int32_t threads);
/* Returns that number; all cores where nobody set it. */
HONE_KERNEL(threads)(void);
/* Measures this core's peak: runs independent FMAs of the build's vector width; gflops[0] receives GFLOP/s on all threads.
 * WebAssembly has no clock: there it does 10 GFLOP per second asked for, gflops[0] receives the GFLOP done, and the caller divides by
 * its own time. dtype f32 or f64; used by benchmarks only. */
HONE_KERNEL(fma_peak)(int32_t dtype, double seconds, double *gflops);

/* ---- fill and copy (copy/copy.cc) --------------------------------------------------------------------------------------------- */

/* out[i] = value, i < n. */
HONE_KERNEL(fill)(int32_t dtype, void *out, hone_int n, double value);
/* out[i] = start + i * step, in int64 for integers; for floats as PyTorch's vectors do: pairs of 8 float32 (4 float64) go on from their first. */
HONE_KERNEL(arange)(int32_t dtype, void *out, hone_int n, double start, double step);
/* n floats (f32, f64) in steps of step: from start up to the middle, from end down to it; each product and sum is rounded once. */
HONE_KERNEL(linspace)(int32_t dtype, void *out, hone_int n, double start, double end, double step);

/* Strided copy with cast. meta: shape[ndim], out strides[ndim], in strides[ndim], in elements; strides may be 0 (in) or negative.
 * ndim 0 copies one element. float to integer truncates toward zero, and saturates (uint8: counts modulo 256), NaN gives 0; anything to bool is (x != 0). */
HONE_KERNEL(copy_strided)(int32_t out_dtype, int32_t in_dtype, void *out, const void *src, int32_t ndim, const double *meta);
/* out[r, c] is the image batch: for each i < count, item index[i] of the uint8 array src [items, channels, plane] becomes
 * out[i, c, p] = (src / 255 - mean[c]) / std[c] in float32 (mean, std: channels doubles each; 0 addresses mean: no normalisation;
 * scale 0 keeps 0..255 instead of dividing by 255). An index outside 0..items-1 gives HONE_E_INDEX. */
HONE_KERNEL(gather_images)(void *out, const void *src, const void *index_i64, hone_int count, hone_int items, hone_int channels,
                           hone_int plane, const double *mean, const double *std, int32_t scale);

/* ---- images of 8 bits (image/): uint8 [n, pixels, channels], 1 to 4 channels; of 2 and 4 the last is opacity --------------------- */

/* The colours of each image changed in count steps one after the other, as Pillow does (image/colour.cc). steps [n, count, 2]: HONE_BRIGHTNESS
 * and so on, or 0 for none, and its factor; a hue's is by how much of 256 it is moved. In place ok. */
HONE_KERNEL(image_adjust)(void *out, const void *x, const double *steps, hone_int n, hone_int pixels, int32_t channels, int32_t count);
/* out = tables[x]; tables uint8 [n, channels, 256]. In place ok. */
HONE_KERNEL(image_lookup)(void *out, const void *x, const void *tables, hone_int n, hone_int pixels, int32_t channels);
/* As Pillow's Image.convert: out has out_channels, grey of colours is their luma, opacity that x does not have is full. */
HONE_KERNEL(image_convert)(void *out, const void *x, hone_int n, hone_int pixels, int32_t channels, int32_t out_channels);
/* How many bytes of each value there are: counts int32 [n, channels, 256]. */
HONE_KERNEL(image_histogram)(void *counts_i32, const void *x, hone_int n, hone_int pixels, int32_t channels);
/* Each image moved away from (factors above 1) or to its smoothed one (below 1), as Pillow's ImageEnhance.Sharpness; factors [n]. */
HONE_KERNEL(image_sharpen)(void *out, const void *x, const double *factors, hone_int n, hone_int height, hone_int width,
                           int32_t channels);
/* Pillow's Image.transform, to the grey level: each pixel of out [batch, out_height, out_width, channels] takes what lies at its place in its
 * image of src [batch, height, width, channels]; planar 1: both are [batch, channels, height, width]. maps holds 8 doubles m an image. The place of
 * pixel (x, y), with u = x + 0.5 and v = y + 0.5, is by method 0 (affine) (m0 u + m1 v + m2, m3 u + m4 v + m5); by 1 (perspective) these divided
 * by m6 u + m7 v + 1; by 2 (quad) (m0 + m1 u + m2 v + m3 u v, m4 + m5 u + m6 v + m7 u v). filter: 0 nearest, 1 bilinear, 2 bicubic. Outside the image
 * stands fill, a byte a channel. channels: 1 to 4; alpha 1: the last of 2 or 4 is opacity, by which filters 1 and 2 weigh the others. */
HONE_KERNEL(image_warp)(int32_t method, int32_t filter, void *out, const void *src, hone_int batch, hone_int height, hone_int width,
                        hone_int out_height, hone_int out_width, int32_t channels, int32_t planar, int32_t alpha, const double *maps,
                        const void *fill);
/* Each of `planes` images [height, width, channels], channels 1 to 4, its rows `row` bytes apart and `plane` bytes after the one before,
 * becomes [out_height, out_width, channels] of out, dense: what lies between box's edges (left, top, right, bottom, within the image).
 * Pillow's Image.resize to the grey level, with HONE_RESIZE_TORCH PyTorch's F.interpolate of uint8 (of the whole image). An image without
 * pixels becomes a black one. */
HONE_KERNEL(image_resize)(void *out, const void *src, hone_int planes, hone_int channels, hone_int height, hone_int width, hone_int row,
                          hone_int plane, hone_int out_height, hone_int out_width, int32_t filter, int32_t flags, const double *box);

/* ---- batches of images (image/batch.cc) ------------------------------------------------------------------------------------ */

/* Pixels of images, moved and mapped. Image i of out has out_height rows of out_width pixels; its pixel (y, x) is the one in row
 * rows[i, y] and column columns[i, x] of item index[i] (0 for index_i64: item i) of src, items images of height x width. A row or column
 * of -1 - k, k < fills, lies outside: there stands fill k, fill[c, k] in channel c; where both lie outside, the greater k.
 * row_step and column_step are the numbers from one image's rows and columns to the next image's; 0 where all share them.
 * dtypes: out f32 with src f32, out u8 with src u8 (table is 0: values are moved), and either with src u8 by way of table[c, 256], of out's
 * dtype. src_last and out_last: 1 where channels come last, [.., height, width, channels], 0 where they come first.
 * An item, row or column that is not there gives HONE_E_INDEX. */
HONE_KERNEL(gather_pixels)(int32_t dtype, int32_t src_dtype, void *out, const void *src, const void *index_i64, const void *rows_i32,
                           const void *columns_i32, hone_int row_step, hone_int column_step, hone_int count, hone_int items,
                           hone_int channels, hone_int height, hone_int width, hone_int out_height, hone_int out_width, int32_t src_last,
                           int32_t out_last, const void *table, const void *fill, hone_int fills);

/* ---- elementwise (elementwise/); ops by code from ops.def ------------------------------------------------------------------ */

/* out[i] = op(a[i]); p0, p1 are the op's parameters. Predicates (isnan, …) write bool. In place ok. */
HONE_KERNEL(unary)(int32_t op, int32_t dtype, void *out, const void *a, hone_int n, double p0, double p1);
/* out[i] = op(a[i], b[i]) over n dense elements of one layout; comparisons and logical ops write bool. In place ok (a or b). */
HONE_KERNEL(binary)(int32_t op, int32_t dtype, void *out, const void *a, const void *b, hone_int n, double p0, double p1);
/* out[i] = op(a[i], scalar), or op(scalar, a[i]) when reversed. In place ok. The scalar is converted to dtype first. */
HONE_KERNEL(binary_scalar)(int32_t op, int32_t dtype, void *out, const void *a, hone_int n, double scalar, int32_t reversed);
/* out (dense, row-major over shape) = op(a, b) with broadcasting. meta: shape[ndim], a strides[ndim], b strides[ndim].
 * In place ok when out == a and a's strides are the dense ones. */
HONE_KERNEL(binary_strided)(int32_t op, int32_t dtype, void *out, const void *a, const void *b, int32_t ndim, const double *meta,
                            double p0, double p1);
/* out (dense) = cond ? a : b. meta: shape[ndim], cond strides, a strides, b strides (0 broadcasts). cond is bool/uint8. */
HONE_KERNEL(where)(int32_t dtype, void *out, const void *cond, const void *a, const void *b, int32_t ndim, const double *meta);

/* ---- reductions (reduce/): a is [outer, len, inner], out is [outer, inner] ------------------------------------------------ */

/* ops.def REDUCE: sum, prod, max, min (NaN wins), any, all (write bool), sumsq, sumabs. len 0: sum 0, prod 1, any 0, all 1;
 * max and min with len 0 give HONE_E_INVALID. float32 sums are accurate to about log2(n) ulp (blocked or pairwise). out has a's dtype
 * (bool for any and all): integer sums are exact and wrap around; bools take max, min, any and all only. */
HONE_KERNEL(reduce)(int32_t op, int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner);
/* op 0 argmax, 1 argmin; the first of equals wins, NaN wins over all. values (may be 0) and indices int64 (may be 0). */
HONE_KERNEL(reduce_arg)(int32_t op, int32_t dtype, void *values, void *indices_i64, const void *a, hone_int outer, hone_int len,
                        hone_int inner);
/* Variance with divisor max(0, len - correction) (with root: its square root) and mean; two-pass, in double; variance and mean may each be 0. f32/f64 only. */
HONE_KERNEL(var_mean)(int32_t dtype, void *variance, void *mean, const void *a, hone_int outer, hone_int len, hone_int inner,
                      double correction, int32_t root);
/* Scan along len: op 0 cumsum, 1 cumprod. out has a's shape. In place ok. */
HONE_KERNEL(scan)(int32_t op, int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner);

/* ---- sorting (reduce/sort.cc): rows of len, dense ----------------------------------------------------------------------------------- */

/* Stable sort of each row; NaN sorts last ascending and first descending, as in PyTorch. values or indices may be 0. */
HONE_KERNEL(sort)(int32_t dtype, void *values, void *indices_i64, const void *a, hone_int rows, hone_int len, int32_t descending);
/* The k largest (or smallest) of each row in order; values [rows, k], indices int64 [rows, k]. */
HONE_KERNEL(topk)(int32_t dtype, void *values, void *indices_i64, const void *a, hone_int rows, hone_int len, hone_int k,
                  int32_t largest);

/* ---- matrix multiplication (linalg/gemm.cc) ------------------------------------------------------------------------------------------ */

/* For each i < batch: c_i[m, n] = op(a_i) op(b_i) (+ bias) (+ c_i when HONE_ACCUMULATE). Row-major. op(a) is [m, k]: stored
 * [m, k] with leading dimension lda, or [k, m] when HONE_TRANS_A; op(b) is [k, n], or stored [n, k] when HONE_TRANS_B.
 * sa, sb, sc: elements from one batch item to the next (sa or sb 0 shares it). bias: n values added to each row (m values, one a
 * row, with HONE_BIAS_ROW), or 0. k 0 gives bias or zeros. f32, f64: blocked, packed, vectorised, threaded; ints: plain loops.
 * c overlaps no input. */
HONE_KERNEL(gemm)(int32_t dtype, int32_t flags, hone_int batch, hone_int m, hone_int n, hone_int k, const void *a, hone_int lda,
                  hone_int sa, const void *b, hone_int ldb, hone_int sb, void *c, hone_int ldc, hone_int sc, const void *bias);

/* ---- linear algebra (linalg/solve.cc, linalg/spectral.cc): f32, f64, batches of row-major matrices -------------------------------------- */

/* b [batch, n, k] = inverse(a) b; a [batch, n, n] is a triangle (the other half is not looked at), with ones on its diagonal if unit. */
HONE_KERNEL(linalg_triangular)(int32_t dtype, int32_t upper, int32_t unit, void *b, const void *a, hone_int batch, hone_int n, hone_int k);
/* a [batch, m, n] becomes L (unit lower) and U; pivots int32 [batch, min(m, n)] as LAPACK's, from 1; info int32 [batch]: the first zero on
 * U's diagonal, from 1, or 0. */
HONE_KERNEL(linalg_lu)(int32_t dtype, void *a, void *pivots_i32, void *info_i32, hone_int batch, hone_int m, hone_int n);
/* The order of rows, int64 [batch, m], that exchanges by pivots [batch, k] give; a pivot outside 1..m is HONE_E_INDEX. */
HONE_KERNEL(linalg_permutation)(void *rows_i64, const void *pivots_i32, hone_int batch, hone_int m, hone_int k);
/* The lower Cholesky factor of a [batch, n, n], whose lower triangle counts, over a; info [batch]: the first leading minor that is not
 * positive, from 1, or 0. */
HONE_KERNEL(linalg_cholesky)(int32_t dtype, void *a, void *info_i32, hone_int batch, hone_int n);
/* at [batch, n, m]: the columns of m x n matrices; R's columns stand in it afterwards, above the reflectors. q [batch, columns, m]: the first
 * columns of Q, or 0 with columns 0. Signs are LAPACK's. */
HONE_KERNEL(linalg_qr)(int32_t dtype, void *q, hone_int columns, void *at, hone_int batch, hone_int m, hone_int n);
/* Eigenvalues [batch, n], ascending, of symmetric a [batch, n, n] (lower triangles), and with vectors the eigenvectors as rows over a; info
 * [batch]: 0, 1 where it did not converge, -1 where something is not finite. */
HONE_KERNEL(linalg_eigh)(int32_t dtype, int32_t vectors, void *a, void *values, void *info_i32, hone_int batch, hone_int n);
/* Singular values [batch, n], descending, of right [batch, n, n], which becomes V^T, and left the rows of U^T; left 0: values only. info as
 * linalg_eigh's. */
HONE_KERNEL(linalg_svd)(int32_t dtype, void *left, void *values, void *right, void *info_i32, hone_int batch, hone_int n);

/* ---- softmax and losses (loss/): f32, f64 ---------------------------------------------------------------------- */

/* Softmax (log 0) or log-softmax (log 1) along len of [outer, len, inner]. In place ok. */
HONE_KERNEL(softmax)(int32_t dtype, int32_t log, void *out, const void *a, hone_int outer, hone_int len, hone_int inner);
/* out [outer, inner] = log(sum(exp(a))) along len >= 1 of [outer, len, inner]. */
HONE_KERNEL(logsumexp)(int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner);
/* grad_in from grad_out and the forward's output. */
HONE_KERNEL(softmax_backward)(int32_t dtype, int32_t log, void *grad_in, const void *grad_out, const void *out, hone_int outer,
                              hone_int len, hone_int inner);
/* Cross entropy of logits [n, c, inner] with class-index targets [n, inner] (int32 or int64; index_dtype). weight [c] or 0.
 * loss: one value, or [n, inner] for HONE_REDUCE_NONE. Saves lse [n, inner] (log-sum-exp) and total_weight (one value) for backward.
 * Targets equal to ignore_index count for nothing; a target outside 0..c-1 gives HONE_E_INDEX and names it. The mean over no
 * target at all is NaN, as in PyTorch. */
HONE_KERNEL(cross_entropy)(int32_t dtype, int32_t index_dtype, void *loss, void *lse, void *total_weight, const void *logits,
                           const void *target, const void *weight, hone_int n, hone_int c, hone_int inner, double ignore_index,
                           double label_smoothing, int32_t reduction);
/* grad_logits [n, c, inner] from grad_loss (one value, or [n, inner]). */
HONE_KERNEL(cross_entropy_backward)(int32_t dtype, int32_t index_dtype, void *grad_logits, const void *grad_loss, const void *logits,
                                    const void *lse, const void *total_weight, const void *target, const void *weight, hone_int n,
                                    hone_int c, hone_int inner, double ignore_index, double label_smoothing, int32_t reduction);
/* Negative log likelihood of log-probabilities; arguments as for cross_entropy. */
HONE_KERNEL(nll_loss)(int32_t dtype, int32_t index_dtype, void *loss, void *total_weight, const void *logp, const void *target,
                      const void *weight, hone_int n, hone_int c, hone_int inner, double ignore_index, int32_t reduction);
HONE_KERNEL(nll_loss_backward)(int32_t dtype, int32_t index_dtype, void *grad_logp, const void *grad_loss, const void *total_weight,
                               const void *target, const void *weight, hone_int n, hone_int c, hone_int inner, double ignore_index,
                               int32_t reduction);
/* Connectionist temporal classification (loss/ctc.cc). logp [steps, n, classes]; item b has input_lengths[b] steps and target_lengths[b]
 * labels, at targets + b * target_stride, or with target_stride 0 behind those of item b - 1; lengths were checked, a label outside
 * 0..classes-1 gives HONE_E_INDEX. width is 2 * (the most labels) + 1. Writes loss [n] and saves alpha [n, steps, width]. */
HONE_KERNEL(ctc_loss)(int32_t dtype, void *loss, void *alpha, const void *logp, const void *targets_i64, hone_int target_stride,
                      const void *input_lengths_i64, const void *target_lengths_i64, hone_int steps, hone_int n, hone_int classes,
                      hone_int width, hone_int blank);
/* grad [steps, n, classes] from grad_loss [n] and what was saved; beta [n, 2, width] is room to work in. zero_infinity: items whose
 * loss is infinite get 0. As in PyTorch the gradient is that of the scores before a log-softmax. */
HONE_KERNEL(ctc_loss_backward)(int32_t dtype, void *grad, void *beta, const void *grad_loss, const void *loss, const void *alpha,
                               const void *logp, const void *targets_i64, hone_int target_stride, const void *input_lengths_i64,
                               const void *target_lengths_i64, hone_int steps, hone_int n, hone_int classes, hone_int width,
                               hone_int blank, int32_t zero_infinity);

/* ---- convolution (conv/conv.cc): f32, f64; x [n, c, h, w], weight [o, c / groups, kh, kw], out [n, o, oh, ow] ----------------------- */

/* geometry: one double for each field of HONE_GEOMETRY. bias [o] or 0. */
HONE_KERNEL(conv2d)(int32_t dtype, void *out, const void *x, const void *weight, const void *bias, const double *geometry);
HONE_KERNEL(conv2d_backward_input)(int32_t dtype, void *grad_x, const void *grad_out, const void *weight, const double *geometry);
HONE_KERNEL(conv2d_backward_weight)(int32_t dtype, void *grad_weight, void *grad_bias, const void *x, const void *grad_out,
                                    const double *geometry);

/* ---- pooling (pool/pool.cc): f32, f64; geometry as for conv2d with o = c, groups 1 -------------------------------------------------- */
/* An axis of stride 0 has the windows of adaptive pooling: window i covers floor(i size / out) to ceil((i + 1) size / out); padding 0. */

/* Max pooling; indices int64 [n, c, oh, ow] hold the flat position in the input plane (h * w), the first of equals, NaN wins.
 * Padding never wins. indices may be 0. */
HONE_KERNEL(max_pool2d)(int32_t dtype, void *out, void *indices_i64, const void *x, const double *geometry);
/* grad_x is zeroed, then grad_out is added at each index. */
HONE_KERNEL(max_pool2d_backward)(int32_t dtype, void *grad_x, const void *grad_out, const void *indices_i64, const double *geometry);
/* Average pooling; count_include_pad as in PyTorch (the window is clipped to the padded input); divisor 0: none given. */
HONE_KERNEL(avg_pool2d)(int32_t dtype, void *out, const void *x, const double *geometry, int32_t count_include_pad, double divisor);
HONE_KERNEL(avg_pool2d_backward)(int32_t dtype, void *grad_x, const void *grad_out, const double *geometry, int32_t count_include_pad,
                                 double divisor);

/* ---- normalisation (norm/batch_norm.cc): f32, f64; x is [n, c, inner] ---------------------------------------------------------------------- */

/* Batch norm in training: mean and biased variance per channel, y = (x - mean) * invstd * weight + bias; saves mean and invstd [c];
 * updates running_mean and running_var (unbiased) with factor momentum where they are not 0. weight, bias may be 0. n * inner >= 1. */
HONE_KERNEL(batch_norm)(int32_t dtype, void *out, void *save_mean, void *save_invstd, const void *x, const void *weight,
                        const void *bias, void *running_mean, void *running_var, hone_int n, hone_int c, hone_int inner,
                        double momentum, double eps);
/* Batch norm in evaluation, with running statistics; what comes out is limited to [low, high], NaN stays. out may be x. */
HONE_KERNEL(batch_norm_eval)(int32_t dtype, void *out, const void *x, const void *weight, const void *bias, const void *running_mean,
                             const void *running_var, hone_int n, hone_int c, hone_int inner, double eps, double low, double high);
/* Gradients; grad_x, grad_weight, grad_bias may each be 0. training 1: mean/invstd are the saved batch statistics and carry
 * gradient; training 0: they are constants (mean = running_mean, invstd = 1/sqrt(running_var + eps)). */
HONE_KERNEL(batch_norm_backward)(int32_t dtype, void *grad_x, void *grad_weight, void *grad_bias, const void *grad_out, const void *x,
                                 const void *weight, const void *mean, const void *invstd, hone_int n, hone_int c, hone_int inner,
                                 int32_t training);

/* ---- attention (attention/): f32, f64 ----------------------------------------------------------------------------------------- */

/* out = softmax(scale q k^T + mask) v for each item of `lead` leading dims, causal 1: query i sees keys 0 to i. q [.., queries, features],
 * k [.., keys, features], v [.., keys, value_features], out [.., queries, value_features]: steps of the last dim are 1. All sizes are 1 or
 * more. mask [.., queries, keys] may be 0; mask_dtype bool: true where a query sees a key, or dtype: added to the scores. A query that sees no
 * key gets 0. kept (uint8, [.., queries, keys], or 0; steps of the last dim 1) with p: weights that dropout keeps, and its probability.
 * lse [items, queries] receives the logarithm of each query's sum of exp(scores), for backward; it may be 0. meta: the sizes of the leading
 * dims, queries and keys, then the strides, lead + 2 each, of q, k, v, mask, kept and out; 0 repeats. */
HONE_KERNEL(attention)(int32_t dtype, int32_t causal, double scale, hone_int queries, hone_int keys, hone_int features,
                       hone_int value_features, void *out, void *lse, const void *q, const void *k, const void *v, const void *mask,
                       int32_t mask_dtype, const void *kept, double p, int32_t lead, const double *meta);
/* Gradients; grad_q, grad_k and grad_v may each be 0, and repeat nothing. meta goes on with the strides of grad_out, grad_q, grad_k, grad_v. */
HONE_KERNEL(attention_backward)(int32_t dtype, int32_t causal, double scale, hone_int queries, hone_int keys, hone_int features,
                                hone_int value_features, void *grad_q, void *grad_k, void *grad_v, const void *grad_out, const void *out,
                                const void *lse, const void *q, const void *k, const void *v, const void *mask, int32_t mask_dtype,
                                const void *kept, double p, int32_t lead, const double *meta);

/* ---- recurrent layers (recurrent/): f32, f64 ---------------------------------------------------------------------------------- */

/* One layer in one direction, all steps. Step t has one row for each of the first sizes_i64[t] sequences (never growing with t; address
 * 0: all of the batch at every step), rows of all steps one below the other; reverse 1 computes the last step first. width is proj, or
 * hidden where proj is 0. gates [rows, k * hidden], k = 1, 4 (LSTM: i f g o), 3 (GRU: r z n): what goes into the nonlinearities.
 * inputs 0: gates holds W_ih x + b_ih (+ b_hh, but for GRU) on entry. Else, not for GRU: x [rows, inputs], w_ih [k * hidden, inputs], and
 * bias [k * hidden] the sum of both, or 0; then gates may be 0. h [batch, width], c [batch, hidden] (LSTM): the states, replaced by the
 * last ones. out [rows, width]. w_hh [k * hidden, width] and w_hr [proj, hidden] as the layer stores them; bias for GRU: b_hh, or 0.
 * For backward, all may be 0: before [rows, inputs + width], inputs and the states that each row started from, side by side; c_before
 * [rows, hidden]; inner [rows, hidden] (LSTM: tanh(c); GRU: the part W_hn h + b_hn). With before, gates has the values of the
 * nonlinearities on exit. */
HONE_KERNEL(recurrent)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64, hone_int batch,
                       hone_int inputs, hone_int hidden, hone_int proj, void *out, void *gates, void *inner, void *before,
                       void *c_before, void *h, void *c, const void *x, const void *w_ih, const void *w_hh, const void *bias,
                       const void *w_hr);
/* Gradients: grad_gates of what goes into the nonlinearities; grad_hidden [rows, 3 * hidden] that of W_hh h + b_hh (GRU; elsewhere it is
 * grad_gates); grad_proj [rows, proj] that of the projected states. dh, dc: gradients of the last states on entry (changed), of the first
 * on exit, dh only where to_start is 1. grad_out may be 0; w_hh and w_hr as stored in the layer; gates, inner, before (GRU), c_before
 * (LSTM) from the forward. inputs as in the forward; where it is not 0, grad_weights [k * hidden, inputs + width] and grad_bias
 * [k * hidden], each of which may be 0 (grad_bias with grad_weights), are the gradients of w_ih and w_hh side by side and of the bias;
 * grad_gates is then complete only where whole is 1. */
HONE_KERNEL(recurrent_backward)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64, hone_int batch,
                                hone_int inputs, hone_int hidden, hone_int proj, int32_t to_start, int32_t whole, void *grad_gates,
                                void *grad_hidden, void *grad_proj, void *grad_weights, void *grad_bias, const void *grad_out, void *dh,
                                void *dc, const void *gates, const void *inner, const void *before, const void *c_before,
                                const void *w_hh, const void *w_hr);

/* Rows x [rows, channels * span] normalised one by one (norm/row_norm.cc): y = (x - mean) * invstd * weight + bias, the variance biased;
 * centered 0: y = x / sqrt(mean(x^2) + eps) * weight + bias. Channel k of row r has weight[r % groups * channels + k]; weight and bias may
 * be 0. Layer norm: groups 1, span 1. Group norm: rows n * groups, span the plane. Saves mean and invstd [rows], float64. */
HONE_KERNEL(row_norm)(int32_t dtype, void *out, double *save_mean, double *save_invstd, const void *x, const void *weight,
                      const void *bias, hone_int rows, hone_int groups, hone_int channels, hone_int span, int32_t centered, double eps);
/* Its gradients; grad_x, grad_weight, grad_bias may each be 0. */
HONE_KERNEL(row_norm_backward)(int32_t dtype, void *grad_x, void *grad_weight, void *grad_bias, const void *grad_out, const void *x,
                               const void *weight, const double *mean, const double *invstd, hone_int rows, hone_int groups,
                               hone_int channels, hone_int span, int32_t centered);

/* ---- indexing (copy/index.cc); index arrays are int64, negative values count from the end; out of range gives HONE_E_INDEX ---------- */

/* out [outer, count, inner] = a [outer, dim, inner] at index [count] along the middle. Moves bytes: item is the element size. */
HONE_KERNEL(index_select)(int32_t item, void *out, const void *a, const void *index, hone_int outer, hone_int dim, hone_int inner,
                          hone_int count);
/* out [outer, dim, inner] at index += src [outer, count, inner]; repeated indices accumulate in order of index. */
HONE_KERNEL(index_add)(int32_t dtype, void *out, const void *index, const void *src, hone_int outer, hone_int dim, hone_int inner,
                       hone_int count);
/* out [outer, dim, inner] at index = src; with repeated indices the last wins. */
HONE_KERNEL(index_copy)(int32_t item, void *out, const void *index, const void *src, hone_int outer, hone_int dim, hone_int inner,
                        hone_int count);
/* Along the middle of x [outer, from, inner]: place i < to of out [outer, to, inner] is the sum over k < taps of weight[k, i] times place
 * index[k, i] of x; index int64 and weight of x's dtype, both [taps, to]. f32, f64. */
HONE_KERNEL(taps_gather)(int32_t dtype, void *out, const void *x, const void *index, const void *weight, hone_int taps, hone_int outer,
                         hone_int from, hone_int to, hone_int inner);
/* Its gradient: out [outer, from, inner], place index[k, i] the sum of weight[k, i] times place i of grad [outer, to, inner]. */
HONE_KERNEL(taps_scatter)(int32_t dtype, void *out, const void *grad, const void *index, const void *weight, hone_int taps, hone_int outer,
                          hone_int from, hone_int to, hone_int inner);
/* torch.gather: out and index have the dense shape index_shape[ndim]; out[.., i, ..] = a[.., index[..], ..] along dim.
 * meta: index_shape[ndim], a strides[ndim]; dim_size: a's size along dim. */
HONE_KERNEL(gather)(int32_t item, void *out, const void *a, const void *index, int32_t ndim, int32_t dim, hone_int dim_size,
                    const double *meta);
/* torch.scatter (mode 0, last wins), scatter_add (mode 1) and scatter_reduce (2 product, 3 largest, 4 smallest; NaN wins) into out, whose
 * own elements take part. meta: index_shape[ndim], out strides[ndim], src strides[ndim]. */
HONE_KERNEL(scatter)(int32_t dtype, int32_t mode, void *out, const void *index, const void *src, int32_t ndim, int32_t dim,
                     hone_int dim_size, const double *meta);
/* Positions of the true elements of a dense mask (bool/uint8): count[0] (int64) receives how many; out (int64 flat positions) may be
 * 0 for counting only. */
HONE_KERNEL(nonzero)(void *out, void *count, const void *mask, hone_int n);

/* ---- random numbers (random/): PyTorch's CPU generator, bit for bit; gen is HONE_GENERATOR_BYTES in engine memory ------------ */

/* Seeds gen with the 64-bit seed high * 2^32 + low. */
HONE_KERNEL(rng_seed)(void *gen, double high, double low);
/* Whose numbers gen gives from now on: 0 PyTorch 2.7 and later, else a sum of HONE_RNG_ flags. rng_seed sets 0. */
HONE_KERNEL(rng_numbers)(void *gen, int32_t flags);
/* PyTorch's 5056-byte state: get writes it to out, set reads it (HONE_E_INVALID when it is none). */
HONE_KERNEL(rng_get_state)(const void *gen, void *out);
HONE_KERNEL(rng_set_state)(void *gen, const void *src);
/* The seed draw of DataLoader and RandomSampler: 63 bits into out (int64). */
HONE_KERNEL(rng_seed_draw)(void *gen, void *out_i64);
HONE_KERNEL(rand_uniform)(int32_t dtype, void *out, hone_int n, void *gen, double low, double high);
/* contiguous 0 takes the scalar path even for n >= 16. */
HONE_KERNEL(rand_normal)(int32_t dtype, void *out, hone_int n, void *gen, double mean, double std, int32_t contiguous);
/* low <= x < high; any dtype. */
HONE_KERNEL(rand_int)(int32_t dtype, void *out, hone_int n, void *gen, double low, double high);
/* random_() without bounds: as many bits as the dtype holds. */
HONE_KERNEL(rand_full)(int32_t dtype, void *out, hone_int n, void *gen);
HONE_KERNEL(rand_perm)(void *out_i64, hone_int n, void *gen);
/* bernoulli_(p) with a number: 1 with probability p, one double draw each. */
HONE_KERNEL(rand_bernoulli)(int32_t dtype, void *out, hone_int n, void *gen, double p);
/* torch.bernoulli(P): out and p have n elements of dtype. */
HONE_KERNEL(rand_bernoulli_tensor)(int32_t dtype, void *out, const void *p, hone_int n, void *gen);
HONE_KERNEL(rand_exponential)(int32_t dtype, void *out, hone_int n, void *gen, double lambda);
/* Dropout, 0 < p < 1: mask (uint8) = draw < 1 - p; out = a * (mask ? fl(1 / fl(1 - p)) : 0). In place ok. */
HONE_KERNEL(dropout)(int32_t dtype, void *out, void *mask, const void *a, hone_int n, void *gen, double p);
/* out = grad * (mask ? fl(1 / fl(1 - p)) : 0); also the way to apply a mask again. */
HONE_KERNEL(dropout_backward)(int32_t dtype, void *out, const void *grad, const void *mask, hone_int n, double p);

/* ---- optimizers (optim/): f32, f64; list holds count entries of HONE_OPTIM_STRIDE doubles ------------------------------------
 * Each is its namesake of torch.optim, in one pass, in the order of operations of PyTorch's single-tensor formulas. The entry's step is
 * the count after this step (1 for the first). Flags: HONE_MAXIMIZE; HONE_DECOUPLED: weight_decay shrinks the parameter itself.
 * State that decays (all but ASGD's, Rprop's, Adagrad's and Adafactor's) is flushed to 0 below the smallest normal number, natively. */

/* state1 is the momentum buffer (address 0 when momentum is 0). An entry whose scalar is 1 has none yet: it becomes the (decayed)
 * gradient. Also HONE_NESTEROV. */
HONE_KERNEL(sgd_step)(int32_t dtype, int32_t count, const double *list, double lr, double momentum, double dampening,
                      double weight_decay, int32_t flags);
/* state1 = ax; step holds eta and scalar mu, both from before this step. */
HONE_KERNEL(asgd_step)(int32_t dtype, int32_t count, const double *list, double lambd, double weight_decay, int32_t flags);
/* state1 = prev, state2 = step_size, which stays in least .. most. */
HONE_KERNEL(rprop_step)(int32_t dtype, int32_t count, const double *list, double eta_minus, double eta_plus, double least, double most,
                        int32_t flags);
/* Lion (Chen et al. 2023, https://arxiv.org/abs/2302.06675); state1 = exp_avg. */
HONE_KERNEL(lion_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double weight_decay,
                       int32_t flags);
/* Adam, and AdamW (HONE_DECOUPLED); state1 = exp_avg, state2 = exp_avg_sq, state3 = max_exp_avg_sq (HONE_AMSGRAD). */
HONE_KERNEL(adam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps,
                       double weight_decay, int32_t flags);
/* state1 = exp_avg, state2 = exp_avg_sq; scalar = mu_product, this step's factor included. */
HONE_KERNEL(nadam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps,
                        double weight_decay, double momentum_decay, int32_t flags);
/* state1 = exp_avg, state2 = exp_avg_sq. */
HONE_KERNEL(radam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps,
                        double weight_decay, int32_t flags);
/* state1 = exp_avg, state2 = exp_inf. */
HONE_KERNEL(adamax_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps,
                         double weight_decay, int32_t flags);
/* state1 = sum. */
HONE_KERNEL(adagrad_step)(int32_t dtype, int32_t count, const double *list, double lr, double lr_decay, double eps, double weight_decay,
                          int32_t flags);
/* state1 = square_avg, state2 = acc_delta. */
HONE_KERNEL(adadelta_step)(int32_t dtype, int32_t count, const double *list, double lr, double rho, double eps, double weight_decay,
                           int32_t flags);
/* state1 = square_avg, state2 = momentum_buffer (where momentum is above 0), state3 = grad_avg (HONE_CENTERED). */
HONE_KERNEL(rmsprop_step)(int32_t dtype, int32_t count, const double *list, double lr, double alpha, double eps, double weight_decay,
                          double momentum, int32_t flags);
/* One parameter [batch, rows, cols], row-major: row_var [batch, rows], col_var [batch, cols]; or with variance (else 0) one of any shape. */
HONE_KERNEL(adafactor_step)(int32_t dtype, void *param, const void *grad, void *row_var, void *col_var, void *variance, hone_int batch,
                            hone_int rows, hone_int cols, double step, double lr, double beta2_decay, double eps1, double eps2, double d,
                            double weight_decay, int32_t flags);
/* One parameter [rows, cols], row-major; a, b, c are the coefficients of `steps` Newton-Schulz iterations, which round to bfloat16 where
 * PyTorch does. lr decays the weights, adjusted_lr scales the update. */
HONE_KERNEL(muon_step)(int32_t dtype, void *param, const void *grad, void *buffer, hone_int rows, hone_int cols, double lr,
                       double adjusted_lr, double weight_decay, double momentum, double a, double b, double c, double eps, int32_t steps,
                       int32_t flags);

#ifdef __cplusplus
}
#endif
#endif
