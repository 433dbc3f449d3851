// usage: float_units all FIRST LAST | random COUNT SEED | corners
//
// Compares a Verilated dw_float_multiplier or dw_float_adder with this processor's arithmetic, a
// pair of numbers a cycle: `all` takes each a from FIRST to LAST - 1 with every b, `corners` every
// pair of the corner numbers. Prints: pairs N differences D, after the first differences.
//
// unit.h has MULTIPLY, 1 or 0, and the widths EXPONENT, SIGNIFICAND and ACC_SIGNIFICAND. Both
// formats are float16, bfloat16 or float32.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "Vtop.h"
#include "unit.h"
#include "verilated.h"

constexpr int kWidth = 1 + EXPONENT + SIGNIFICAND;
constexpr int kCycles = MULTIPLY ? 7 : 6;
constexpr uint64_t kNumbers = uint64_t{1} << kWidth;

static float from_bits(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

static uint32_t to_bits(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    return bits;
}

static float number(uint32_t word) {
    if (SIGNIFICAND == 23) return from_bits(word);
    if (SIGNIFICAND == 7) return from_bits(word << 16);
    const uint16_t half_bits = static_cast<uint16_t>(word);
    _Float16 half;
    std::memcpy(&half, &half_bits, 2);
    return static_cast<float>(half);
}

// float32 arithmetic, then the conversion to the format. docs/explanation/float.md and
// dwsim/golden/ordered_float.py say why the second rounding is innocuous.
static uint32_t expected(uint32_t a, uint32_t b) {
    const float x = number(a), y = number(b);
    const float wide = MULTIPLY ? x * y : x + y;
    if (ACC_SIGNIFICAND == 23) return std::isnan(wide) ? 0x7FC00000u : to_bits(wide);
    if (ACC_SIGNIFICAND == 7) {
        if (std::isnan(wide)) return 0x7FC0u;
        const uint32_t bits = to_bits(wide);
        return (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    }
    if (std::isnan(wide)) return 0x7E00u;
    const _Float16 half = static_cast<_Float16>(wide);
    uint16_t bits;
    std::memcpy(&bits, &half, 2);
    return bits;
}

class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1u) {}
    uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_ * 0x2545F4914F6CDD1Du;
    }

  private:
    uint64_t state_;
};

class Unit {
  public:
    Unit() {
#if MULTIPLY
        top_.skip = 0;
#endif
        top_.clk = 0;
        top_.eval();
    }

    void pair(uint32_t a, uint32_t b) {
        top_.a = a;
        top_.b = b;
        wait_[at_] = {a, b};
        at_ = at_ + 1 == kCycles ? 0 : at_ + 1;
        top_.clk = 1;
        top_.eval();
        top_.clk = 0;
        top_.eval();
        if (++cycles_ >= kCycles) compare(wait_[at_].a, wait_[at_].b);
    }

    int end() {
        for (int i = 1; i < kCycles; ++i) pair(0, 0);
        std::printf("pairs %llu differences %llu\n", static_cast<unsigned long long>(pairs_),
                    static_cast<unsigned long long>(differences_));
        return differences_ == 0 ? 0 : 1;
    }

  private:
    struct Pair {
        uint32_t a, b;
    };
    Vtop top_;
    Pair wait_[kCycles] = {};
    int at_ = 0;
    uint64_t cycles_ = 0, pairs_ = 0, differences_ = 0;

    uint32_t result() {
#if MULTIPLY
        return top_.product;
#else
        return top_.sum;
#endif
    }

    void compare(uint32_t a, uint32_t b) {
        ++pairs_;
        const uint32_t wanted = expected(a, b);
        if (result() == wanted) return;
        if (++differences_ <= 10) {
            std::printf("%0*x %c %0*x: expected %x, got %x\n", kWidth / 4, a, MULTIPLY ? '*' : '+',
                        kWidth / 4, b, wanted, result());
        }
    }
};

// Random bits; b near a, negated; an exponent at which the product leaves the normal numbers; few
// digits, so that ties occur.
static void random_pair(Unit& unit, Random& random) {
    const uint64_t word = random.next(), choice = random.next();
    const uint32_t mask = static_cast<uint32_t>(kNumbers - 1);
    uint32_t a = static_cast<uint32_t>(word) & mask;
    uint32_t b = static_cast<uint32_t>(word >> 32) & mask;
    const uint32_t field = (1u << EXPONENT) - 1u, bias = field >> 1;
    const uint32_t exponent_a = (a >> SIGNIFICAND) & field;
    const uint32_t step = static_cast<uint32_t>(choice >> 8) % (2 * SIGNIFICAND + 8);
    uint32_t exponent_b = (b >> SIGNIFICAND) & field;
    switch (choice & 7u) {
        case 0: case 1: break;
        case 2: case 3: exponent_b = exponent_a + step - SIGNIFICAND - 4; break;
        case 4: exponent_b = bias + 1 + step - exponent_a - SIGNIFICAND - 4; break;
        case 5: exponent_b = field + bias + 2 - (step & 3u) - exponent_a; break;
        case 6: exponent_b = exponent_a ^ (step & 1u); b = (a ^ (1u << (kWidth - 1))) + (step >> 1); break;
        default: {
            const uint32_t kept = ~((1u << (1 + (step % SIGNIFICAND))) - 1u);
            a &= kept | (field << SIGNIFICAND);
            b &= ~((1u << ((choice >> 40) % SIGNIFICAND)) - 1u);
            exponent_b = exponent_a + (step & 7u);
        }
    }
    b = (b & ~(field << SIGNIFICAND)) | ((exponent_b & field) << SIGNIFICAND);
    unit.pair(a, b);
}

static std::vector<uint32_t> corner_numbers() {
    const uint32_t field = (1u << EXPONENT) - 1u, ones = (1u << SIGNIFICAND) - 1u, bias = field >> 1;
    std::vector<uint32_t> fractions = {0, 1, 2, 3, ones, ones - 1, ones >> 1, (ones >> 1) + 1,
                                       (ones >> 1) + 2, ones ^ (ones >> 2)};
    for (int i = 0; i < SIGNIFICAND; ++i) fractions.push_back(1u << i);
    std::vector<uint32_t> found;
    for (uint32_t exponent : {0u, 1u, 2u, bias / 2, bias / 2 + 1, bias - 1, bias, bias + 1,
                              bias + SIGNIFICAND, bias + SIGNIFICAND + 1, bias + SIGNIFICAND + 2,
                              bias + bias / 2, bias + bias / 2 + 1, field - 2, field - 1, field}) {
        for (uint32_t fraction : fractions) {
            for (uint32_t sign : {0u, 1u}) {
                found.push_back((sign << (kWidth - 1)) | (exponent << SIGNIFICAND) | fraction);
            }
        }
    }
    return found;
}

int main(int count, char** arguments) {
    const std::string mode = count > 1 ? arguments[1] : "";
    Unit unit;
    if (mode == "corners" && count == 2) {
        const std::vector<uint32_t> corners = corner_numbers();
        for (uint32_t a : corners) {
            for (uint32_t b : corners) unit.pair(a, b);
        }
    } else if (mode == "all" && count == 4) {
        const uint64_t last = std::strtoull(arguments[3], nullptr, 10);
        for (uint64_t a = std::strtoull(arguments[2], nullptr, 10); a < last; ++a) {
            for (uint64_t b = 0; b < kNumbers; ++b) {
                unit.pair(static_cast<uint32_t>(a), static_cast<uint32_t>(b));
            }
        }
    } else if (mode == "random" && count == 4) {
        Random random(std::strtoull(arguments[3], nullptr, 10));
        const uint64_t pairs = std::strtoull(arguments[2], nullptr, 10);
        for (uint64_t i = 0; i < pairs; ++i) random_pair(unit, random);
    } else {
        std::fprintf(stderr, "usage: %s all FIRST LAST | random COUNT SEED | corners\n", arguments[0]);
        return 2;
    }
    return unit.end();
}
