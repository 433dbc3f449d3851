// Drives an engine from C++: records a run of jobs on every port in every cycle, and replays it on
// mutants of the same netlist. ports.h, which dwsim/rtlsim/stream_replay.py writes, has the top's
// ports as words of 32 bits.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "ports.h"
#include "verilated.h"

using Words = std::vector<uint32_t>;

// The inputs of a cycle and the outputs before its edge, one cycle after the other.
struct Trace {
    Words inputs, outputs;
    size_t cycles() const { return inputs.size() / kInputWords; }
};

// Pseudo-random numbers; the same seed gives the same stimulus on every machine.
class Random {
  public:
    explicit Random(uint32_t seed) : state_(seed * 2654435761u + 1u) { next(); }
    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_;
    }
    bool permille(uint32_t share) { return next() % 1000u < share; }

  private:
    uint32_t state_;
};

// Stalls for `share` per mille of the draws, in bursts of `length` draws on average.
class Bursts {
  public:
    Bursts(uint32_t share, uint32_t length, uint32_t seed, bool stalled = false)
        : leave_(1000u / length), enter_(0), random_(seed), stalled_(stalled) {
        if (share != 0u) enter_ = leave_ * share / (1000u - share);
        if (enter_ > 1000u) enter_ = 1000u;
    }
    bool draw() {
        if (enter_ == 0u) return false;
        if (random_.permille(stalled_ ? leave_ : enter_)) stalled_ = !stalled_;
        return stalled_;
    }

  private:
    uint32_t leave_, enter_;
    Random random_;
    bool stalled_;
};

struct Job {
    uint32_t reset_after, source, sink, burst, stopped, seed, load;
    // Cycles from the last ofmap transfer before until geometry, parameters and ifmap are offered.
    uint32_t cfg_wait, param_wait, ifmap_wait;
    Words config, param, ifmap;
    size_t param_beats() const { return param.size() / kParamWords; }
    size_t ifmap_beats() const { return ifmap.size() / kIfmapWords; }
};

struct BusOperation {
    uint32_t kind, address, data, strobe, gap;  // kind: 0 write, 1 read, 2 read until data & strobe
};

// The numbers of a case file, in order.
class Reader {
  public:
    explicit Reader(const char* path) {
        FILE* file = std::fopen(path, "rb");
        if (file == nullptr) {
            std::fprintf(stderr, "cannot read %s\n", path);
            std::exit(2);
        }
        uint32_t word;
        while (std::fread(&word, 4, 1, file) == 1) words_.push_back(word);
        std::fclose(file);
    }
    uint32_t word() { return words_.at(next_++); }
    Words words(size_t count) {
        Words taken(words_.begin() + next_, words_.begin() + next_ + count);
        next_ += count;
        return taken;
    }

  private:
    Words words_;
    size_t next_ = 0;
};

struct Case {
    std::vector<Job> jobs;
    std::vector<BusOperation> bus;
    explicit Case(const char* path) {
        Reader reader(path);
        for (uint32_t left = reader.word(); left != 0u; --left) {
            Job job;
            job.reset_after = reader.word();
            job.source = reader.word();
            job.sink = reader.word();
            job.burst = reader.word();
            job.stopped = reader.word();
            job.seed = reader.word();
            job.load = reader.word();
            job.cfg_wait = reader.word();
            job.param_wait = reader.word();
            job.ifmap_wait = reader.word();
            job.config = reader.words(kConfigWords);
            job.param = reader.words(size_t{reader.word()} * kParamWords);
            job.ifmap = reader.words(size_t{reader.word()} * kIfmapWords);
            jobs.push_back(job);
        }
        for (uint32_t left = reader.word(); left != 0u; --left) {
            BusOperation operation;
            operation.kind = reader.word();
            operation.address = reader.word();
            operation.data = reader.word();
            operation.strobe = reader.word();
            operation.gap = reader.word();
            bus.push_back(operation);
        }
    }
};
