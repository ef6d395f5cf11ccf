// Made by Tests/Fixtures/make_coefficients.py; do not edit.

// (e^r - 1 - r) / r^2, |r| <= log(2) / 2, relative to e^r - 1; error 8.75e-19
static const double EXP[11] = {
    0x1.0000000000000p-1,
    0x1.5555555555557p-3,
    0x1.5555555555556p-5,
    0x1.11111111100dcp-7,
    0x1.6c16c16c16310p-10,
    0x1.a01a01abe7fe1p-13,
    0x1.a01a01a6c6ce9p-16,
    0x1.71de0231960ebp-19,
    0x1.27e4db8950dcap-22,
    0x1.af4de97ca4194p-26,
    0x1.1f72cb721bc8cp-29,
};

// the same for results in float, relative to e^r; error 1.47e-10
static const double EXP_SHORT[6] = {
    0x1.0000000b9129bp-1,
    0x1.5555555a78ed4p-3,
    0x1.5554e9063586ep-5,
    0x1.1110e0f238322p-7,
    0x1.6d43246b523b4p-10,
    0x1.a124f19fe89acp-13,
};

// the same in float, relative to e^r; error 7.39e-9
static const float EXP_FLOAT[5] = {
    0x1.0000000000000p-1f,
    0x1.5554dc0000000p-3f,
    0x1.55551a0000000p-5f,
    0x1.120b6e0000000p-7f,
    0x1.6d110a0000000p-10f,
};

// (tanh x - x) / x^3 in x^2, |x| <= 1/2, in float; error 4.16e-9
static const float TANH_FLOAT[5] = {
    -0x1.5555540000000p-2f,
    0x1.1110800000000p-3f,
    -0x1.b9d2ae0000000p-5f,
    0x1.5fc6920000000p-6f,
    -0x1.c7033c0000000p-8f,
};

// (2 atanh(s) - 2 s) / s^3 in s^2, s = f / (2 + f), 1 + f in [sqrt(1/2), sqrt(2)]; error 5.32e-19
static const double LOG[8] = {
    0x1.5555555555555p-1,
    0x1.9999999999a39p-2,
    0x1.2492492476a1ap-2,
    0x1.c71c7201a55d7p-3,
    0x1.745cf8e4bba1bp-3,
    0x1.3b1c3c1c81c8fp-3,
    0x1.0fbde0f4ad17bp-3,
    0x1.0c0aff044a970p-3,
};

// the same in float; error 3.0e-10
static const float LOG_FLOAT[4] = {
    0x1.5555560000000p-1f,
    0x1.9999ec0000000p-2f,
    0x1.245c280000000p-2f,
    0x1.ddd4da0000000p-3f,
};

// (2 atanh(s) - 2 s) / s^3 in s^2, s in [0, 1/3]; error 7.42e-18
static const double LOG1P[10] = {
    0x1.5555555555555p-1,
    0x1.999999999a3ddp-2,
    0x1.24924923d44c6p-2,
    0x1.c71c727143318p-3,
    0x1.745cf0b0e03bdp-3,
    0x1.3b18b294bebf9p-3,
    0x1.10ac75dc602b1p-3,
    0x1.eb905e8575054p-4,
    0x1.687a6e7c95176p-4,
    0x1.4b0a26c5f2aefp-3,
};

// the same in float; error 1.61e-8
static const float LOG1P_FLOAT[4] = {
    0x1.55554c0000000p-1f,
    0x1.99ad6c0000000p-2f,
    0x1.21249a0000000p-2f,
    0x1.12f5980000000p-2f,
};

// (sin r - r) / r^3 in r^2, |r| <= pi/4; error 5.68e-18
static const double SIN[7] = {
    -0x1.5555555555555p-3,
    0x1.1111111111110p-7,
    -0x1.a01a01a019936p-13,
    0x1.71de3a54605eep-19,
    -0x1.ae64541266378p-26,
    0x1.61217ec01749dp-33,
    -0x1.ab17a79237a19p-41,
};

// (cos r - 1 + r^2/2) / r^4 in r^2, |r| <= pi/4; error 8.63e-19
static const double COS[7] = {
    0x1.5555555555555p-5,
    -0x1.6c16c16c16c16p-10,
    0x1.a01a01a019d0ap-16,
    -0x1.27e4fb7712bdfp-22,
    0x1.1eed8deb6d561p-29,
    -0x1.9394b9c9c20a4p-37,
    0x1.ab783376962cfp-45,
};

// the same in float; error 3.05e-9
static const float SIN_FLOAT[4] = {
    -0x1.5555560000000p-3f,
    0x1.11110e0000000p-7f,
    -0x1.a013a60000000p-13f,
    0x1.6dbdd20000000p-19f,
};

// the same in float; error 4.62e-10
static const float COS_FLOAT[4] = {
    0x1.5555560000000p-5f,
    -0x1.6c16c00000000p-10f,
    0x1.a015c40000000p-16f,
    -0x1.25242a0000000p-22f,
};

// (erf(x)/x - 2/sqrt(pi)) / x^2 in x^2, |x| <= 1, relative to erf; error 9.65e-18
static const double ERF[14] = {
    -0x1.812746b0379e7p-2,
    0x1.ce2f21a042be2p-4,
    -0x1.b82ce31288b50p-6,
    0x1.565bcd0e6a4d7p-8,
    -0x1.c02db4003dfffp-11,
    0x1.f9a326f909fcap-14,
    -0x1.f4d25c21a7ae1p-17,
    0x1.b9e6c6b93df0ep-20,
    -0x1.5f73f0d025fe0p-23,
    0x1.fcbeb1bfbdc46p-27,
    -0x1.5194ba2baa2c6p-30,
    0x1.9ae3b3eb19e99p-34,
    -0x1.b860b63a1e77bp-38,
    0x1.460f780e4729dp-42,
};

// (1 + 2a) exp(a^2) erfc(a) in q = (a - 4) / (a + 4), a in [0.45, 28]; error 4.19e-17
static const double ERFCX[25] = {
    0x1.3ba5916e9fd7fp+0,
    -0x1.1df1ad154a28ep-3,
    0x1.f7f5df66fd7bap-7,
    0x1.16ecefcfa538ep-4,
    -0x1.9ddb23c3e90e4p-4,
    0x1.7fee004e126b0p-4,
    -0x1.0fb06dfe48f5fp-4,
    0x1.3079edf67e7c4p-5,
    -0x1.0962388535440p-6,
    0x1.49c67287da91dp-8,
    -0x1.8d4a99abc013cp-11,
    -0x1.a1df2708507d2p-13,
    0x1.3be035d473b4ap-13,
    -0x1.99590832e140ap-16,
    -0x1.78826457c9e9ep-17,
    0x1.7f25fbeb8c22bp-18,
    0x1.38afa1ef89332p-22,
    -0x1.baec55f1fae86p-21,
    0x1.5058b992bfdebp-24,
    0x1.d80b387aeedcbp-24,
    -0x1.6a6b1c80e5e5ep-26,
    -0x1.e954f3bc63f4bp-27,
    0x1.c8617d1b05cafp-29,
    0x1.7b13fa3b2302fp-30,
    -0x1.264b282cac796p-32,
};

// (erfinv(x)/x - sqrt(pi)/2) / x^2 in x^2, |x| <= 3/4, relative to erfinv; error 5.54e-18
static const double ERFINV[23] = {
    0x1.db29fb2fee5e4p-3,
    0x1.053c2c0ab9154p-3,
    0x1.62847c47eeedbp-4,
    0x1.0a13189411eadp-4,
    0x1.a7c860d2aad43p-5,
    0x1.5eea71304e037p-5,
    0x1.2acca34b33cb6p-5,
    0x1.024213d74bfb1p-5,
    0x1.efd915815809ap-6,
    0x1.bd04dcee4fc08p-11,
    0x1.c35e5d81924b4p-3,
    -0x1.3f97270f8acd3p+0,
    0x1.9dd9d268f5928p+2,
    -0x1.a1202a02e2d56p+4,
    0x1.50eca83219195p+6,
    -0x1.b0cd5f655df72p+7,
    0x1.b7bf6fda2f91ep+8,
    -0x1.5cc8463b16469p+9,
    0x1.a70987b254fffp+9,
    -0x1.7b1d1d5fd9a69p+9,
    0x1.d9cf4a1730c31p+8,
    -0x1.716bbaabed3dap+7,
    0x1.0fdadb4ee378bp+5,
};

// z / s in t = (s - 6) / (s + 6), Phi(-z) = exp(-s^2 / 2), s in [2, 38.7]; error 3.1e-6
static const double QUANTILE[12] = {
    0x1.d8a43ed56f4ecp-1,
    0x1.05cc2ef1cbd1bp-2,
    -0x1.a52732fad70dap-2,
    0x1.034cb606fb9b7p-1,
    -0x1.2a020f42e15c3p-1,
    0x1.4fe9b696e0c5fp-1,
    -0x1.577d63be4f856p-1,
    0x1.160b133b114d0p-1,
    -0x1.48ed763924f0bp-1,
    0x1.4b96dcffd5cd7p+0,
    -0x1.7ddc80ba2ff29p+0,
    0x1.42c3e3c7ad326p-1,
};

static const double LN2_1 = 0x1.62e42fefa3800p-1;
static const double LN2_2 = 0x1.ef35793c76730p-45;
static const double INVERSE_LN2 = 0x1.71547652b82fep+0;
static const float LN2_FLOAT_1 = 0x1.62e4000000000p-1f;
static const float LN2_FLOAT_2 = 0x1.7f7d1c0000000p-20f;
static const double HALF_PI_1 = 0x1.921fb54400000p+0;
static const double HALF_PI_2 = 0x1.0b4611a600000p-34;
static const double HALF_PI_3 = 0x1.3198a2e000000p-69;
static const double HALF_PI_4 = 0x1.b839a252049c1p-104;
static const double WHOLE_HALF_PI_1 = 0x1.921fb54442d18p+0;
static const double WHOLE_HALF_PI_2 = 0x1.1a62633145c07p-54;
static const double TWO_OVER_PI = 0x1.45f306dc9c883p-1;
static const double TWO_OVER_ROOT_PI_1 = 0x1.20dd750429b6dp+0;
static const double TWO_OVER_ROOT_PI_2 = 0x1.1ae3a914fed80p-56;
static const double HALF_ROOT_PI_1 = 0x1.c5bf891b4ef6bp-1;
static const double HALF_ROOT_PI_2 = -0x1.618f13eb7ca89p-55;
static const double ROOT_HALF_1 = 0x1.6a09e667f3bcdp-1;
static const double ROOT_HALF_2 = -0x1.bdd3413b26456p-55;
static const double ROOT_TWO_1 = 0x1.6a09e667f3bcdp+0;
static const double ROOT_TWO_2 = -0x1.bdd3413b26456p-54;
static const double ROOT_TWO_OVER_PI = 0x1.9884533d43651p-1;

// 64 zeros, then the first 1,344 bits of 2/pi.
static const uint64_t TWO_OVER_PI_BITS[22] = {
    0,
    0xa2f9836e4e441529u,
    0xfc2757d1f534ddc0u,
    0xdb6295993c439041u,
    0xfe5163abdebbc561u,
    0xb7246e3a424dd2e0u,
    0x06492eea09d1921cu,
    0xfe1deb1cb129a73eu,
    0xe88235f52ebb4484u,
    0xe99c7026b45f7e41u,
    0x3991d639835339f4u,
    0x9c845f8bbdf9283bu,
    0x1ff897ffde05980fu,
    0xef2f118b5a0a6d1fu,
    0x6d367ecf27cb09b7u,
    0x4f463f669e5fea2du,
    0x7527bac7ebe5f17bu,
    0x3d0739f78a5292eau,
    0x6bfb5fb11f8d5d08u,
    0x56033046fc7b6babu,
    0xf0cfbc209af4361du,
    0xa9e391615ee61b08u,
};
