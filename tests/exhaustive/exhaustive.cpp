// usage: exhaustive CASES [+FAULT]
// Runs every geometry of a file on the Verilated engine, twice, without a reset between the streams:
// with new parameters and without stalls, then with the parameters kept and with random stalls of
// source and sink. Ends with a line of figures:
//   geometries N cycles N beats N
// A stream that breaks a promise comes before it, as
//   broken PROMISE GEOMETRY STALLS GOT WANTED
#include <cstring>

#include "stream_replay.h"

constexpr uint32_t kResetCycles = 3;

// The registers of a geometry, and what the law says of its stream.
struct Geometry {
    const uint32_t* config;
    uint32_t ifmap_beats, ofmap_beats, param_beats;
    uint32_t cycles;  // from the cfg handshake to the last ofmap transfer
    uint32_t busy;    // ... and from there to the next cfg handshake, less 1
};
constexpr int kGeometryWords = kConfigWords + 5;

class Bench {
  public:
    explicit Bench(int count, char** arguments) {
        context_.commandArgs(count, arguments);
        context_.randReset(2);
        context_.randSeed(1);
        top_.reset(new Top(&context_));
        std::memset(in_, 0, sizeof in_);
        in_[IN_rst] = 1;
        for (uint32_t left = kResetCycles; left != 0u; --left) {
            settle();
            edge();
        }
        in_[IN_rst] = 0;
        settle();
        edge();
    }

    uint64_t cycles() const { return cycles_; }
    uint64_t beats() const { return beats_; }

    bool run(const Geometry& g, uint32_t index, bool stalls) {
        index_ = index;
        stalls_ = stalls;
        Random random(index + 1u);
        if (!stalls && !load(g)) return false;
        std::memcpy(in_ + IN_config, g.config, 4 * kConfigWords);
        in_[IN_config] = !stalls;  // cfg_load, the first port
        in_[IN_cfg_valid] = 1;
        settle();
        if (out_[OUT_cfg_ready] == 0u || out_[OUT_busy]) return broken("idle_before", 0, 1);
        // Idle can come before the last beats, which a stalled sink leaves in the FIFO.
        uint32_t now = 0, lost = 0, taken = 0, given = 0, last = 0, idle = 0;
        bool waits = false;
        for (; idle == 0u || given != g.ofmap_beats; ++now) {
            const bool more = taken < g.ifmap_beats;
            if (!waits) waits = more && (!stalls || random.next() & 1u);
            in_[IN_s_axis_ifmap_tvalid] = waits;
            in_[IN_s_axis_ifmap_tdata] = random.next();
            in_[IN_s_axis_ifmap_tlast] = taken + 1u == g.ifmap_beats;
            in_[IN_m_axis_ofmap_tready] = !stalls || random.next() & 1u;
            mask_inputs(in_);
            settle();
            if (idle == 0u && now != 0u && out_[OUT_cfg_ready]) idle = now;
            const bool valid = out_[OUT_m_axis_ofmap_tvalid], ready = in_[IN_m_axis_ofmap_tready];
            lost += (more && !waits) + (valid && !ready);
            if (valid && given == g.ofmap_beats) return broken("beats", given + 1u, g.ofmap_beats);
            if (valid && out_[OUT_m_axis_ofmap_tlast] != (given + 1u == g.ofmap_beats)) {
                return broken("tlast", given + 1u, g.ofmap_beats);
            }
            if (valid && ready && ++given == g.ofmap_beats) last = now + 1u;
            if (waits && out_[OUT_s_axis_ifmap_tready]) {
                waits = false;
                ++taken;
            }
            if (now > g.cycles + g.busy + lost) return broken("hang", given, g.ofmap_beats);
            edge();
            in_[IN_cfg_valid] = 0;
        }
        beats_ += given;
        if (taken != g.ifmap_beats) return broken("taken", taken, g.ifmap_beats);
        if (out_[OUT_error]) return broken("error", out_[OUT_error], 0);
        if (last > g.cycles + lost) return broken("late", last, g.cycles + lost);
        if (!stalls && last != g.cycles) return broken("cycles", last, g.cycles);
        if (!stalls && idle != last + g.busy) return broken("busy", idle - last, g.busy);
        return true;
    }

  private:
    VerilatedContext context_;
    std::unique_ptr<Top> top_;
    uint32_t in_[kInputWords], out_[kOutputWords];
    uint32_t index_ = 0;
    bool stalls_ = false;
    uint64_t cycles_ = 0, beats_ = 0;

    void settle() {
        top_->clk = 0;
        drive(*top_, in_);
        top_->eval();
        observe(*top_, out_);
    }

    void edge() {
        top_->clk = 1;
        top_->eval();
        ++cycles_;
    }

    // A parameter tensor; the loader takes it before the geometry is there.
    bool load(const Geometry& g) {
        in_[IN_s_axis_ifmap_tvalid] = 0;
        in_[IN_cfg_valid] = 0;
        in_[IN_s_axis_param_tvalid] = 1;
        for (uint32_t sent = 0, waited = 0; sent != g.param_beats;) {
            in_[IN_s_axis_param_tlast] = sent + 1u == g.param_beats;
            settle();
            if (out_[OUT_s_axis_param_tready]) ++sent;
            else if (++waited > 3u) return broken("param_tready", sent, g.param_beats);
            edge();
        }
        in_[IN_s_axis_param_tvalid] = 0;
        settle();
        edge();
        return true;
    }

    bool broken(const char* promise, uint32_t got, uint32_t wanted) const {
        std::printf("broken %s %u %u %u %u\n", promise, index_, stalls_, got, wanted);
        return false;
    }
};

int main(int count, char** arguments) {
    Reader reader(arguments[1]);
    const uint32_t geometries = reader.word();
    const Words words = reader.words(size_t{geometries} * kGeometryWords);
    Bench bench(count, arguments);
    bool keeps = true;
    uint32_t done = 0;
    for (; keeps && done != geometries; ++done) {
        const uint32_t* row = &words[size_t{done} * kGeometryWords];
        const uint32_t* law = row + kConfigWords;
        const Geometry g = {row, law[0], law[1], law[2], law[3], law[4]};
        keeps = bench.run(g, done, false) && bench.run(g, done, true);
    }
    std::printf("geometries %u cycles %llu beats %llu\n", done,
                static_cast<unsigned long long>(bench.cycles()),
                static_cast<unsigned long long>(bench.beats()));
    return keeps ? 0 : 1;
}
