// usage: random_writes CASE SEED EPISODES [+FAULT]
// An episode: a host makes random accesses of the AXI4-Lite registers, starts included, while the
// sources send noise or nothing. Then it resets the core, or, where nothing has started, does not.
// Then a layer must run, in some episodes under further accesses other than starts and resets: its
// beats are golden's, its cycles the law's, and the core has no error.
// Ends with a line of figures:
//   episodes N cycles N accesses N refused N begun N soft N hard N none N
// A broken promise comes before it:
//   broken PROMISE EPISODE GOT WANTED
#include <cstring>

#include "stream_replay.h"

constexpr uint32_t kAnswer = 60, kWatchdog = 60000;

struct Work {
    Words writes, param, ifmap, ofmap, mask, keep;
    uint32_t cycles, ofmap_beats;
};

struct Setup {
    uint32_t control, soft_reset, status, errors, flags, refusals, last_cycles;
    Words registers;  // offset and width of each
    std::vector<Work> works;

    explicit Setup(const char* path) {
        Reader reader(path);
        uint32_t* fields[] = {&control, &soft_reset, &status,     &errors,
                              &flags,   &refusals,   &last_cycles};
        for (uint32_t* field : fields) *field = reader.word();
        registers = reader.words(reader.word());
        for (uint32_t left = reader.word(); left != 0u; --left) {
            Work work;
            work.cycles = reader.word();
            work.ofmap_beats = reader.word();
            Words* lists[] = {&work.writes, &work.param, &work.ifmap,
                              &work.ofmap,  &work.mask,  &work.keep};
            for (Words* list : lists) *list = reader.words(reader.word());
            works.push_back(work);
        }
    }
};

// The beats that a source offers, each held until it is taken; without beats, noise or nothing.
struct Source {
    const Words* beats = nullptr;
    size_t words = 1, next = 0;
    bool held = false, noise = false;
    uint32_t stalls = 0;

    bool empty() const { return beats == nullptr || next * words == beats->size(); }
    void stop() {
        beats = nullptr;
        held = noise = false;
    }
    void send(const Words& all, size_t width, uint32_t permille) {
        beats = &all;
        words = width;
        next = 0;
        held = noise = false;
        stalls = permille;
    }
    void offer(uint32_t* data, uint32_t& last, uint32_t& valid, Random& random) {
        if (!held) {
            held = (noise || !empty()) && !random.permille(stalls);
            if (noise) last = random.permille(100);
        }
        if (held && !noise) {
            std::memcpy(data, &(*beats)[next * words], 4 * words);
            last = (next + 1u) * words == beats->size();
        }
        valid = held;
    }
    void taken() {
        held = false;
        if (!noise) ++next;
    }
};

class Bench {
  public:
    Bench(const Setup& setup, uint32_t seed, int count, char** arguments)
        : setup_(setup), random_(seed) {
        context_.commandArgs(count, arguments);
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed) + 1);
        top_.reset(new Top(&context_));
        std::memset(in_, 0, sizeof in_);
        hard_reset();
    }

    void figures() const {
        std::printf("episodes %u cycles %llu accesses %u refused %u begun %u soft %u hard %u none %u\n",
                    episode_, static_cast<unsigned long long>(cycles_), accesses_, refused_, begun_,
                    soft_, hard_, none_);
    }

    bool episode() {
        ++episode_;
        const bool noise = chance(500);
        for (Source* source : {&param_, &ifmap_}) {
            source->stop();
            source->noise = noise;
            source->stalls = chance(300) ? 950 : 300;
        }
        sink_ = chance(200) ? 1000 : below(900);
        if (chance(500)) {
            const Words& writes = any_work().writes;
            for (size_t i = 0; i < writes.size(); i += 2) {
                if (!write(writes[i], writes[i + 1], 15)) return false;
            }
            // One of two right starts runs, the other one waits.
            for (uint32_t left = below(3); left != 0u; --left) {
                if (!write(setup_.control, 1u | (chance(700) ? 2u : 0u), 15)) return false;
                if (chance(500) && !wait_for(8u, 0u, "check_ends")) return false;
            }
        }
        for (uint32_t left = below(chance(300) ? 120 : 12); left != 0u; --left) {
            if (!random_access()) return false;
        }
        for (uint32_t left = below(chance(500) ? 4 : 300); left != 0u; --left) cycle();
        return recover(noise) && run();
    }

  private:
    const Setup& setup_;
    Random random_;
    VerilatedContext context_;
    std::unique_ptr<Top> top_;
    uint32_t in_[kInputWords], out_[kOutputWords];
    Source param_, ifmap_;
    const Work* work_ = nullptr;
    uint32_t sink_ = 0;  // stalls of the sink, per mille
    bool collects_ = false, agrees_ = true;
    uint32_t given_ = 0, answer_ = 0;
    bool okay_ = true;
    uint64_t cycles_ = 0;
    uint32_t episode_ = 0, accesses_ = 0, refused_ = 0, begun_ = 0, soft_ = 0, hard_ = 0, none_ = 0;

    uint32_t below(uint32_t limit) { return random_.next() / 7u % limit; }
    bool chance(uint32_t permille) { return random_.permille(permille); }
    const Work& any_work() {
        return setup_.works[below(static_cast<uint32_t>(setup_.works.size()))];
    }

    bool broken(const char* promise, uint32_t got, uint32_t wanted) const {
        std::printf("broken %s %u %u %u\n", promise, episode_, got, wanted);
        return false;
    }

    void cycle() {
        for (int i = 0; i < kParamWords; ++i) in_[IN_s_axis_param_tdata + i] = random_.next();
        for (int i = 0; i < kIfmapWords; ++i) in_[IN_s_axis_ifmap_tdata + i] = random_.next();
        param_.offer(in_ + IN_s_axis_param_tdata, in_[IN_s_axis_param_tlast],
                     in_[IN_s_axis_param_tvalid], random_);
        ifmap_.offer(in_ + IN_s_axis_ifmap_tdata, in_[IN_s_axis_ifmap_tlast],
                     in_[IN_s_axis_ifmap_tvalid], random_);
        in_[IN_m_axis_ofmap_tready] = !chance(sink_);
        mask_inputs(in_);
        top_->clk = 0;
        drive(*top_, in_);
        top_->eval();
        observe(*top_, out_);
        if (param_.held && out_[OUT_s_axis_param_tready] && !in_[IN_rst]) param_.taken();
        if (ifmap_.held && out_[OUT_s_axis_ifmap_tready] && !in_[IN_rst]) ifmap_.taken();
        if (out_[OUT_m_axis_ofmap_tvalid] && in_[IN_m_axis_ofmap_tready] && !in_[IN_rst]) beat();
        top_->clk = 1;
        top_->eval();
        ++cycles_;
    }

    void beat() {
        if (!collects_) return;
        if (given_ == work_->ofmap_beats) {
            agrees_ = false;
            return;
        }
        const size_t at = size_t{given_++} * kOfmapWords;
        for (int i = 0; i < kOfmapWords; ++i) {
            const uint32_t got = out_[OUT_m_axis_ofmap_tdata + i] & work_->mask[at + i];
            agrees_ = agrees_ && got == work_->ofmap[at + i];
        }
        for (int i = 0; i < kKeepWords; ++i) {
            const size_t keep = size_t{given_ - 1u} * kKeepWords + i;
            agrees_ = agrees_ && out_[OUT_m_axis_ofmap_tkeep + i] == work_->keep[keep];
        }
        agrees_ = agrees_ && out_[OUT_m_axis_ofmap_tlast] == (given_ == work_->ofmap_beats);
    }

    // The address, the data and the readiness for the answer come in any order.
    bool write(uint32_t address, uint32_t data, uint32_t strobe) {
        ++accesses_;
        in_[IN_s_axil_awaddr] = address;
        in_[IN_s_axil_wdata] = data;
        in_[IN_s_axil_wstrb] = strobe;
        bool address_given = false, data_given = false;
        uint32_t address_wait = below(3), data_wait = below(3);
        for (uint32_t waited = 0; waited < kAnswer; ++waited) {
            in_[IN_s_axil_awvalid] = !address_given && waited >= address_wait;
            in_[IN_s_axil_wvalid] = !data_given && waited >= data_wait;
            in_[IN_s_axil_bready] = chance(700);
            cycle();
            if (in_[IN_s_axil_awvalid] && out_[OUT_s_axil_awready]) address_given = true;
            if (in_[IN_s_axil_wvalid] && out_[OUT_s_axil_wready]) data_given = true;
            if (!out_[OUT_s_axil_bvalid] || !in_[IN_s_axil_bready]) continue;
            okay_ = out_[OUT_s_axil_bresp] == 0u;
            refused_ += !okay_;
            in_[IN_s_axil_awvalid] = in_[IN_s_axil_wvalid] = in_[IN_s_axil_bready] = 0;
            return true;
        }
        return broken("write_answer", address, data);
    }

    bool read(uint32_t address) {
        ++accesses_;
        in_[IN_s_axil_araddr] = address;
        bool asked = false;
        for (uint32_t waited = 0; waited < kAnswer; ++waited) {
            in_[IN_s_axil_arvalid] = !asked;
            in_[IN_s_axil_rready] = chance(700);
            cycle();
            if (in_[IN_s_axil_arvalid] && out_[OUT_s_axil_arready]) asked = true;
            if (!out_[OUT_s_axil_rvalid] || !in_[IN_s_axil_rready]) continue;
            answer_ = out_[OUT_s_axil_rdata];
            in_[IN_s_axil_arvalid] = in_[IN_s_axil_rready] = 0;
            return true;
        }
        return broken("read_answer", address, 0);
    }

    bool random_access(bool acts = true) {
        const uint32_t which = below(static_cast<uint32_t>(setup_.registers.size() / 2));
        uint32_t address = setup_.registers[2 * which], width = setup_.registers[2 * which + 1];
        if (chance(150)) address = setup_.control;
        if (chance(50)) address ^= 1u << below(12);
        const uint32_t word = address & ~3u;
        if (!acts && (word == setup_.control || word == setup_.soft_reset)) return read(address);
        if (chance(100)) return read(address);
        uint32_t data = random_.next();
        switch (below(5)) {
            case 0: data = below(2); break;
            case 1: data = below(8); break;
            case 2: data &= (width < 32u ? 1u << width : 0u) - 1u; break;
            case 3: {  // the value that a layer has there
                const Words& writes = any_work().writes;
                for (size_t i = 0; i < writes.size(); i += 2) {
                    if (writes[i] == address) data = writes[i + 1];
                }
                break;
            }
            default: break;
        }
        if (address == setup_.control && chance(800)) data = 1u | below(2) << 1;
        return write(address, data, chance(900) ? 15u : below(16));
    }

    void hard_reset() {
        in_[IN_rst] = 1;
        for (int left = 3; left != 0; --left) cycle();
        in_[IN_rst] = 0;
    }

    bool wait_for(uint32_t mask, uint32_t wanted, const char* promise) {
        for (const uint64_t end = cycles_ + kWatchdog; cycles_ < end;) {
            if (!read(setup_.status)) return false;
            if ((answer_ & mask) == wanted) return true;
        }
        return broken(promise, answer_, wanted);
    }

    // The checks of a start end by themselves. A core that nothing has entered needs no reset.
    bool recover(bool noise) {
        if (!wait_for(8u, 0u, "check_ends")) return false;
        const bool idle = answer_ & 1u;
        begun_ += (answer_ >> 1 & 1u) | (answer_ >> 2 & 1u);  // a stream runs or waits
        param_.stop();
        ifmap_.stop();
        sink_ = 0;
        if (idle && !noise) {
            ++none_;
        } else if (chance(800)) {
            ++soft_;
            if (!write(setup_.soft_reset, 1, 15)) return false;
        } else {
            ++hard_;
            hard_reset();
        }
        return write(setup_.errors, setup_.flags, 15);
    }

    bool run() {
        const Work& work = *(work_ = &any_work());
        const bool stalls = chance(500);
        param_.send(work.param, kParamWords, stalls ? below(600) : 0u);
        collects_ = agrees_ = true;
        given_ = 0;
        sink_ = stalls ? below(600) : 0u;
        if (stalls) ifmap_.send(work.ifmap, kIfmapWords, below(600));
        const size_t count = work.writes.size() / 2, first = below(static_cast<uint32_t>(count));
        for (size_t i = 0; i < count; ++i) {
            const size_t at = (first + i) % count * 2;
            if (!write(work.writes[at], work.writes[at + 1], 15)) return false;
            if (!okay_) return broken("right_write", work.writes[at], work.writes[at + 1]);
        }
        for (uint32_t left = kWatchdog; !stalls && !param_.empty(); --left) {
            if (left == 0u) return broken("param", 0, 1);
            cycle();
        }
        if (!stalls) ifmap_.send(work.ifmap, kIfmapWords, 0);
        if (!write(setup_.control, 3, 15)) return false;
        const bool busy = chance(400);
        for (uint32_t left = kWatchdog; given_ != work.ofmap_beats; --left) {
            if (left == 0u) return broken("ofmap", given_, work.ofmap_beats);
            if (!busy) cycle();
            else if (!random_access(false)) return false;
        }
        if (!wait_for(15u, 1u, "idle")) return false;
        collects_ = false;
        if (!agrees_) return broken("values", 0, 1);
        if (!read(setup_.errors)) return false;
        const uint32_t counted = busy ? ~setup_.refusals : ~0u;
        if ((answer_ & counted) != 0u) return broken("errors", answer_, 0);
        if (!read(setup_.last_cycles)) return false;
        return stalls || answer_ == work.cycles || broken("cycles", answer_, work.cycles);
    }
};

int main(int count, char** arguments) {
    const Setup setup(arguments[1]);
    Bench bench(setup, static_cast<uint32_t>(std::atoi(arguments[2])), count, arguments);
    bool keeps = true;
    for (uint32_t left = static_cast<uint32_t>(std::atoi(arguments[3])); keeps && left != 0u; --left) {
        keeps = bench.episode();
    }
    bench.figures();
    return keeps ? 0 : 1;
}
