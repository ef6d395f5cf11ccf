// One Langevin chain on an energy network, for one scalar type: the numbers of vector_forward,
// activate, vector_input_gradient and multiply, bit for bit, with outputs in the lanes both ways.
//
// Weights lie packed, rows padded with zeros to SW_CHAIN_BYTES: of each layer the bias, the kernel
// [in, out], and the kernel transposed, [out, in].

static inline ptrdiff_t NAME(chain_padded)(ptrdiff_t width) {
  const ptrdiff_t lanes = SW_CHAIN_BYTES / sizeof(REAL);
  return (width + lanes - 1) / lanes * lanes;
}

// Layer after layer: parameters are kernel [in, out], then bias.
static void NAME(chain_pack)(
    ptrdiff_t layers, const ptrdiff_t *widths, const REAL *parameters, REAL *packed) {
  for (ptrdiff_t l = 0; l < layers; l++) {
    const ptrdiff_t in = widths[l], out = widths[l + 1];
    const ptrdiff_t wide = NAME(chain_padded)(out), narrow = NAME(chain_padded)(in);
    const REAL *bias = parameters + in * out;
    for (ptrdiff_t o = 0; o < wide; o++) packed[o] = o < out ? bias[o] : 0;
    packed += wide;
    for (ptrdiff_t i = 0; i < in; i++) {
      for (ptrdiff_t o = 0; o < wide; o++) packed[i * wide + o] = o < out ? parameters[i * out + o] : 0;
    }
    packed += in * wide;
    for (ptrdiff_t o = 0; o < out; o++) {
      for (ptrdiff_t i = 0; i < narrow; i++) packed[o * narrow + i] = i < in ? parameters[i * out + o] : 0;
    }
    packed += out * narrow;
    parameters = bias + out;
  }
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
  REAL *above = scratch, *below = scratch + widest, *records = below + widest;
  for (ptrdiff_t step = 0; step < steps; step++) {
    const REAL *value = x, *weights = packed;
    REAL *record = records;
    for (ptrdiff_t l = 0; l + 1 < layers; l++) {
      const ptrdiff_t in = widths[l], wide = NAME(chain_padded)(widths[l + 1]);
      NAME(vector_forward)(in, wide, weights + wide, weights, value, record);
      NAME(activate)(activation, wide, record, record, record + wide, 0);
      value = record;
      record += 2 * wide;
      weights += wide + in * wide + widths[l + 1] * NAME(chain_padded)(in);
    }
    above[0] = -1;
    for (ptrdiff_t l = layers - 1; l >= 0; l--) {
      const ptrdiff_t in = widths[l], narrow = NAME(chain_padded)(in);
      const ptrdiff_t wide = NAME(chain_padded)(widths[l + 1]);
      NAME(vector_forward)(widths[l + 1], narrow, weights + wide + in * wide, 0, above, below);
      if (l > 0) {
        record -= 2 * narrow;
        for (ptrdiff_t i = 0; i < narrow; i++) below[i] *= record[narrow + i];
        weights -= narrow + widths[l - 1] * narrow + in * NAME(chain_padded)(widths[l - 1]);
      }
      REAL *swap = above;
      above = below;
      below = swap;
    }
    for (ptrdiff_t c = 0; c < dimension; c++) {
      x[c] = NAME(langevin_moved)(x[c], drift, above[c], diffusion,
                                  noise[(step * dimension + c) * noise_stride]);
      path[step * dimension + c] = x[c];
    }
  }
}
