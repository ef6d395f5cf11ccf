// Array versions of the elementary functions and the table of one scalar type.

#define SW_ARRAY(name) \
  static void NAME(SW_JOIN(name, _array))(ptrdiff_t count, const REAL *x, REAL *y) { \
    _Pragma("clang loop interleave_count(2)") for (ptrdiff_t k = 0; k < count; k++) { \
      y[k] = NAME(name)(x[k]); \
    } \
  }
SW_ELEMENTARY_FUNCTIONS(SW_ARRAY)
#undef SW_ARRAY

static void NAME(normal_pair)(uint64_t a, uint64_t b, REAL *first, REAL *second) {
  NAME(direction)((NAME(sw_word))b, NAME(radius)((NAME(sw_word))a), first, second);
}

#define SW_ENTRY(name) \
  .name = NAME(name), .SW_JOIN(name, _array) = NAME(SW_JOIN(name, _array)),
const NAME(sw_kernels) SW_JOIN(NAME(sw_kernels), SW_JOIN(_, SW_UNIT)) = {
    SW_ELEMENTARY_FUNCTIONS(SW_ENTRY)
    .dense_forward = NAME(dense_forward),
    .dense_input_gradient = NAME(dense_input_gradient),
    .dense_pack = NAME(dense_pack),
    .dense_weight_gradient = NAME(dense_weight_gradient),
    .vector_forward = NAME(vector_forward),
    .vector_input_gradient = NAME(vector_input_gradient),
    .vector_weight_gradient = NAME(vector_weight_gradient),
    .shallow_forward = NAME(shallow_forward),
    .shallow_jvp = NAME(shallow_jvp),
    .shallow_gradient = NAME(shallow_gradient),
    .chain_pack = NAME(chain_pack),
    .chain_energy = NAME(chain_energy),
    .activate = NAME(activate),
    .value = NAME(value),
    .slope = NAME(slope),
    .multiply = NAME(multiply),
    .multiply_add2 = NAME(multiply_add2),
    .normal_pair = NAME(normal_pair),
    .normals = NAME(normals),
    .normals_row = NAME(normals_row),
    .uniforms = NAME(uniforms),
    .mixture_score = NAME(mixture_score),
    .mixture_langevin = NAME(mixture_langevin),
    .noised_score = NAME(noised_score),
    .langevin_move = NAME(langevin_move),
    .add_scaled = NAME(add_scaled),
    .adam = NAME(adam),
    .sum_of_squares = NAME(sum_of_squares),
    .all_finite = NAME(all_finite),
};
#undef SW_ENTRY
