// One Langevin chain on an energy network, for one scalar type: the numbers of vector_forward,
// activate, vector_input_gradient and multiply, bit for bit, with outputs in the lanes both ways. What each
// step waits for is kept short: no more vectors than hold outputs, no values of the last hidden layer, and the
// cotangents of these, which no step changes, once for all.
//
// Weights lie packed, rows padded with zeros to SW_CHAIN_BYTES: of each layer the bias, the kernel
// [in, out], and the kernel transposed, [out, in].

static inline ptrdiff_t NAME(chain_padded)(ptrdiff_t width) {
  const ptrdiff_t lanes = SW_CHAIN_BYTES / sizeof(REAL);
  return (width + lanes - 1) / lanes * lanes;
}

// A row of `count` weights, `step` apart, and zeros after them.
static inline __attribute__((always_inline)) void NAME(chain_row)(
    ptrdiff_t count, ptrdiff_t padded, const REAL *restrict weights, ptrdiff_t step, REAL *restrict row) {
  for (ptrdiff_t k = 0; k < padded; k += LANES) LANED(store)((VEC){0}, row + k);
  ptrdiff_t k = 0;
  if (step == 1) {
    for (; k + LANES <= count; k += LANES) LANED(store)(LANED(load)(weights + k), row + k);
  }
  _Pragma("clang loop vectorize(disable)") for (; k < count; k++) row[k] = weights[k * step];
}

// Layer after layer: parameters are kernel [in, out], then bias.
static void NAME(chain_pack)(
    ptrdiff_t layers, const ptrdiff_t *widths, const REAL *parameters, REAL *packed) {
  for (ptrdiff_t l = 0; l < layers; l++) {
    const ptrdiff_t in = widths[l], out = widths[l + 1];
    const ptrdiff_t wide = NAME(chain_padded)(out), narrow = NAME(chain_padded)(in);
    const REAL *bias = parameters + in * out;
    NAME(chain_row)(out, wide, bias, 1, packed);
    packed += wide;
    for (ptrdiff_t i = 0; i < in; i++, packed += wide) NAME(chain_row)(out, wide, parameters + i * out, 1, packed);
    for (ptrdiff_t o = 0; o < out; o++, packed += narrow) NAME(chain_row)(in, narrow, parameters + o, out, packed);
    parameters = bias + out;
  }
}

// y = bias + sum_i x[i] weights[i], rows `pitch` apart, `count` columns, a multiple of a vector: few vectors are all
// summed side by side.
static inline __attribute__((always_inline)) void NAME(chain_product)(
    ptrdiff_t in, ptrdiff_t count, ptrdiff_t pitch, const REAL *weights, const REAL *bias, const REAL *x, REAL *y) {
  ptrdiff_t o = 0;
  for (; o + 8 * LANES <= count; o += 8 * LANES) {
    LANED(vector_block)(8, in, pitch, weights + o, bias ? bias + o : 0, x, y + o);
  }
  for (; o + 4 * LANES < count; o += 4 * LANES) {
    LANED(vector_block)(4, in, pitch, weights + o, bias ? bias + o : 0, x, y + o);
  }
  switch ((count - o) / LANES) {
    case 0: break;
    case 4: LANED(vector_block)(4, in, pitch, weights + o, bias ? bias + o : 0, x, y + o); break;
    case 3: LANED(vector_block)(3, in, pitch, weights + o, bias ? bias + o : 0, x, y + o); break;
    case 2: LANED(vector_block)(2, in, pitch, weights + o, bias ? bias + o : 0, x, y + o); break;
    default: LANED(vector_block)(1, in, pitch, weights + o, bias ? bias + o : 0, x, y + o); break;
  }
}

// To whole vectors, of which no more are computed.
static inline ptrdiff_t NAME(chain_filled)(ptrdiff_t width) { return (width + LANES - 1) / LANES * LANES; }

// Elements of a layer's packed weights, `widths` being those of its inputs and outputs.
static inline ptrdiff_t NAME(chain_layer_size)(const ptrdiff_t *widths) {
  const ptrdiff_t wide = NAME(chain_padded)(widths[1]), narrow = NAME(chain_padded)(widths[0]);
  return wide + widths[0] * wide + widths[1] * narrow;
}

// dx[i] = sum_o w[i, o] g[o] of one layer.
static inline __attribute__((always_inline)) void NAME(chain_back)(
    const ptrdiff_t *widths, const REAL *packed, const REAL *g, REAL *dx) {
  const ptrdiff_t wide = NAME(chain_padded)(widths[1]);
  NAME(chain_product)(widths[1], NAME(chain_filled)(widths[0]), NAME(chain_padded)(widths[0]),
                      packed + wide + widths[0] * wide, 0, g, dx);
}

// Steps of langevin_moved of one chain, s = -dE/dx. Step t takes z of coordinate c from
// noise[(t dimension + c) noise_stride] and leaves x in path[t dimension + c].
static void NAME(chain_energy)(
    ptrdiff_t layers, const ptrdiff_t *widths, int activation, const REAL *packed, REAL drift,
    REAL diffusion, ptrdiff_t steps, const REAL *noise, ptrdiff_t noise_stride, REAL *x, REAL *path,
    REAL *scratch) {
  const ptrdiff_t dimension = widths[0];
  ptrdiff_t widest = 0;
  for (ptrdiff_t l = 0; l <= layers; l++) {
    const ptrdiff_t width = NAME(chain_padded)(widths[l]);
    widest = width > widest ? width : widest;
  }
  REAL *sums = scratch, *deltas = scratch + widest, *top = deltas + widest, *records = top + widest;
  const REAL *last = packed;
  for (ptrdiff_t l = 0; l + 1 < layers; l++) last += NAME(chain_layer_size)(widths + l);
  const REAL downhill = -1;
  NAME(chain_back)(widths + layers - 1, last, &downhill, top);
  for (ptrdiff_t step = 0; step < steps; step++) {
    const REAL *value = x, *weights = packed;
    REAL *record = records;
    for (ptrdiff_t l = 0; l + 1 < layers; l++) {
      const ptrdiff_t wide = NAME(chain_padded)(widths[l + 1]), filled = NAME(chain_filled)(widths[l + 1]);
      NAME(chain_product)(widths[l], filled, wide, weights + wide, weights, value, record);
      if (l + 2 < layers) {
        NAME(activate)(activation, filled, record, record, record + wide, 0);
      } else {  // nobody asks for the energy
        NAME(slope)(activation, filled, record, record + wide);
      }
      value = record;
      record += 2 * wide;
      weights += NAME(chain_layer_size)(widths + l);
    }
    const REAL *above = top;
    for (ptrdiff_t l = layers - 1; l > 0; l--) {
      const ptrdiff_t wide = NAME(chain_padded)(widths[l]), filled = NAME(chain_filled)(widths[l]);
      record -= 2 * wide;
      weights -= NAME(chain_layer_size)(widths + l - 1);
      for (ptrdiff_t o = 0; o < filled; o += LANES) {
        LANED(store)(LANED(load)(above + o) * LANED(load)(record + wide + o), deltas + o);
      }
      NAME(chain_back)(widths + l - 1, weights, deltas, sums);
      above = sums;
    }
    for (ptrdiff_t c = 0; c < dimension; c++) {
      x[c] = NAME(langevin_moved)(x[c], drift, above[c], diffusion,
                                  noise[(step * dimension + c) * noise_stride]);
      path[step * dimension + c] = x[c];
    }
  }
}
