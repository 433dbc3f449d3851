// usage: stream_replay CASE OUTPUT FIRST LAST: records the jobs of CASE on the sound netlist, writes
// its ofmap beats to OUTPUT, and replays the inputs on the mutants FIRST to LAST. One that
// survives is replayed again, with other values in the registers at power-up. A line for each:
//   mutant N survived | mutant N value PORT CYCLE | mutant N cycle PORT CYCLE
// A bench that counts coverage writes it to coverage.dat in the current folder.
#include "stream_replay.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

constexpr uint32_t kResetCycles = 4;
constexpr uint32_t kWatchdog = 20000;
constexpr uint32_t kLastCycles = 24;
constexpr int kRandom = 2, kPowerUps[] = {kRandom, 0, 1};  // with a seed; all 0; all 1

// One model; its registers start at the same values in every run.
class Device {
  public:
    Device(uint32_t mutant, int power_up) : context_(new VerilatedContext) {
        context_->randReset(power_up);
        context_->randSeed(7);
        top_.reset(new Top(context_.get()));
        select_mutant(*top_, mutant);
    }
#if VM_COVERAGE
    ~Device() { context_->coveragep()->write("coverage.dat"); }
#endif
    void settle(const uint32_t* inputs, uint32_t* outputs) {
        top_->clk = 0;
        drive(*top_, inputs);
        top_->eval();
        observe(*top_, outputs);
    }
    void edge() {
        top_->clk = 1;
        top_->eval();
    }

  private:
    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Top> top_;
};

// The sources, the sink and the bus around the sound engine, one cycle at a time.
class Bench {
  public:
    Bench(const Case& jobs, FILE* ofmap, int power_up)
        : case_(jobs), ofmap_(ofmap), device_(0, power_up), random_(99), in_(kInputWords),
          out_(kOutputWords) {
        begin_job();
    }

    Trace run() {
        reset_left_ = kResetCycles;
        while (next_ofmap_ < case_.jobs.size() || next_op_ < case_.bus.size() ||
               last_left_ != 0u) {
            cycle();
            const bool done = next_ofmap_ == case_.jobs.size() && next_op_ == case_.bus.size();
            if (done) --last_left_;
            if (++quiet_ > kWatchdog) {
                std::fprintf(stderr, "the sound engine hangs in job %zu, bus operation %zu\n",
                             next_ofmap_, next_op_);
                std::exit(3);
            }
        }
        return trace_;
    }

  private:
    const Case& case_;
    FILE* ofmap_;
    Device device_;
    Random random_;
    Words in_, out_;
    Trace trace_;
    size_t next_cfg_ = 0, next_param_ = 0, next_ifmap_ = 0, next_ofmap_ = 0, next_op_ = 0;
    size_t param_beat_ = 0, ifmap_beat_ = 0;
    uint32_t reset_left_ = 0, quiet_ = 0, last_left_ = kLastCycles, since_start_ = 0, gap_left_ = 0;
    uint32_t since_end_ = 0;
    bool running_ = false, param_held_ = false, ifmap_held_ = false;
    bool address_given_ = false, data_given_ = false, asked_ = false;
    bool address_held_ = false, data_held_ = false;
    std::unique_ptr<Bursts> param_stall_, ifmap_stall_, ofmap_stall_;

    const Job* job(size_t index) const {
        return index < case_.jobs.size() ? &case_.jobs[index] : nullptr;
    }

    void begin_job() {
        const Job* now = job(next_ofmap_);
        since_end_ = 0;
        if (now == nullptr) return;
        param_stall_.reset(new Bursts(now->source, now->burst, now->seed + 1u));
        ifmap_stall_.reset(new Bursts(now->source, now->burst, now->seed + 2u));
        ofmap_stall_.reset(new Bursts(now->sink, now->burst, now->seed + 3u, now->stopped));
        skip_kept();
    }

    void skip_kept() {
        while (job(next_param_) != nullptr &&
               (job(next_param_)->load == 0u || job(next_param_)->param.empty())) ++next_param_;
    }

    void set(int word, uint32_t value) {
        if (word >= 0) in_[word] = value;
    }

    void put(int word, const uint32_t* values, int count) {
        for (int i = 0; i < count; ++i) in_[word + i] = values[i];
    }

    // A job with a wait starts only that long after the end of the job before.
    bool waits(size_t index, uint32_t cycles) const {
        return cycles != 0u && (next_ofmap_ != index || since_end_ < cycles);
    }

    // A beat that is offered stays; what no beat drives is random.
    void choose_inputs() {
        for (uint32_t& word : in_) word = random_.next();
        in_[IN_rst] = reset_left_ != 0u;
        const Job* p = job(next_param_);
        const bool late = p != nullptr && param_beat_ == 0u && waits(next_param_, p->param_wait);
        param_held_ = p != nullptr && (param_held_ || (!param_stall_->draw() && !late));
        in_[IN_s_axis_param_tvalid] = param_held_;
        if (param_held_) {
            put(IN_s_axis_param_tdata, &p->param[param_beat_ * kParamWords], kParamWords);
            in_[IN_s_axis_param_tlast] = param_beat_ + 1 == p->param_beats();
        }
        const Job* i = job(next_ifmap_);
        const bool later = i != nullptr && ifmap_beat_ == 0u && waits(next_ifmap_, i->ifmap_wait);
        ifmap_held_ = i != nullptr && (ifmap_held_ || (!ifmap_stall_->draw() && !later));
        in_[IN_s_axis_ifmap_tvalid] = ifmap_held_;
        if (ifmap_held_) {
            put(IN_s_axis_ifmap_tdata, &i->ifmap[ifmap_beat_ * kIfmapWords], kIfmapWords);
            in_[IN_s_axis_ifmap_tlast] = ifmap_beat_ + 1 == i->ifmap_beats();
        }
        in_[IN_m_axis_ofmap_tready] = !ofmap_stall_->draw();
        choose_config();
        choose_bus();
        mask_inputs(in_.data());
    }

    void choose_config() {
        if (IN_cfg_valid < 0) return;
        const Job* c = job(next_cfg_);
        in_[IN_cfg_valid] = c != nullptr && reset_left_ == 0u && !waits(next_cfg_, c->cfg_wait);
        if (c != nullptr) put(IN_config, c->config.data(), kConfigWords);
    }

    void choose_bus() {
        if (IN_s_axil_awvalid < 0) return;
        const bool live = next_op_ < case_.bus.size() && gap_left_ == 0u && reset_left_ == 0u;
        const BusOperation none = {9, 0, 0, 0, 0};
        const BusOperation& op = live ? case_.bus[next_op_] : none;
        // Address and data come together, or one before the other.
        const bool writes = op.kind == 0u;
        address_held_ = writes && !address_given_ && (address_held_ || random_.permille(700));
        data_held_ = writes && !data_given_ && (data_held_ || random_.permille(700));
        in_[IN_s_axil_awvalid] = address_held_;
        in_[IN_s_axil_wvalid] = data_held_;
        in_[IN_s_axil_arvalid] = (op.kind == 1u || op.kind == 2u) && !asked_;
        if (in_[IN_s_axil_awvalid]) in_[IN_s_axil_awaddr] = op.address;
        if (in_[IN_s_axil_arvalid]) in_[IN_s_axil_araddr] = op.address;
        if (in_[IN_s_axil_wvalid]) {
            in_[IN_s_axil_wdata] = op.data;
            in_[IN_s_axil_wstrb] = op.strobe;
        }
        in_[IN_s_axil_bready] = random_.permille(700);
        in_[IN_s_axil_rready] = random_.permille(700);
    }

    void cycle() {
        choose_inputs();
        ++since_end_;
        device_.settle(in_.data(), out_.data());
        trace_.inputs.insert(trace_.inputs.end(), in_.begin(), in_.end());
        trace_.outputs.insert(trace_.outputs.end(), out_.begin(), out_.end());
        device_.edge();
        if (reset_left_ != 0u) {
            --reset_left_;
            return;
        }
        note_transfers();
        if (IN_s_axil_awvalid >= 0) note_bus();
        const Job* now = job(next_ofmap_);
        if (now != nullptr && running_ && now->reset_after != 0u &&
            ++since_start_ >= now->reset_after) abandon_job();
    }

    void note_transfers() {
        if (param_held_ && out_[OUT_s_axis_param_tready]) {
            param_held_ = false;
            quiet_ = 0;
            if (++param_beat_ == job(next_param_)->param_beats()) {
                param_beat_ = 0;
                ++next_param_;
                skip_kept();
            }
        }
        if (ifmap_held_ && out_[OUT_s_axis_ifmap_tready]) {
            ifmap_held_ = false;
            quiet_ = 0;
            if (++ifmap_beat_ == job(next_ifmap_)->ifmap_beats()) {
                ifmap_beat_ = 0;
                ++next_ifmap_;
            }
        }
        if (IN_cfg_valid >= 0 && in_[IN_cfg_valid] && out_[OUT_cfg_ready]) {
            ++next_cfg_;
            running_ = true;
            since_start_ = 0;
        }
        if (out_[OUT_m_axis_ofmap_tvalid] && in_[IN_m_axis_ofmap_tready]) take_ofmap();
    }

    void take_ofmap() {
        quiet_ = 0;
        const uint32_t where = static_cast<uint32_t>(next_ofmap_);
        if (ofmap_ != nullptr) {
            std::fwrite(&where, 4, 1, ofmap_);
            std::fwrite(&out_[OUT_m_axis_ofmap_tdata], 4, kOfmapWords, ofmap_);
        }
        if (out_[OUT_m_axis_ofmap_tlast]) {
            ++next_ofmap_;
            running_ = next_cfg_ > next_ofmap_;
            begin_job();
        }
    }

    void note_bus() {
        if (gap_left_ != 0u) --gap_left_;
        if (in_[IN_s_axil_awvalid] && out_[OUT_s_axil_awready]) address_given_ = true;
        if (in_[IN_s_axil_wvalid] && out_[OUT_s_axil_wready]) data_given_ = true;
        if (in_[IN_s_axil_arvalid] && out_[OUT_s_axil_arready]) asked_ = true;
        if (out_[OUT_s_axil_bvalid] && in_[IN_s_axil_bready]) {
            address_given_ = data_given_ = false;
            next_operation();
        }
        if (out_[OUT_s_axil_rvalid] && in_[IN_s_axil_rready]) {
            asked_ = false;
            const BusOperation& op = case_.bus[next_op_];
            if (op.kind == 1u || (out_[OUT_s_axil_rdata] & op.strobe) == op.data) next_operation();
        }
    }

    void next_operation() {
        ++next_op_;
        quiet_ = 0;
        if (next_op_ < case_.bus.size()) gap_left_ = case_.bus[next_op_].gap;
    }

    // A reset of one cycle or more ends the job: the rest of its beats is dropped.
    void abandon_job() {
        reset_left_ = 1u + case_.jobs[next_ofmap_].seed % kResetCycles;
        running_ = param_held_ = ifmap_held_ = false;
        ++next_ofmap_;
        next_cfg_ = next_param_ = next_ifmap_ = next_ofmap_;
        param_beat_ = ifmap_beat_ = 0;
        begin_job();
    }
};

// True, and a line, if the mutant differs from the sound netlist with the same power-up.
static bool differs(const Trace& trace, uint32_t mutant, int power_up) {
    Device device(mutant, power_up);
    Words out(kOutputWords);
    bool was_reset = false;
    for (size_t cycle = 0; cycle < trace.cycles(); ++cycle) {
        const uint32_t* inputs = &trace.inputs[cycle * kInputWords];
        const uint32_t* wanted = &trace.outputs[cycle * kOutputWords];
        device.settle(inputs, out.data());
        if (was_reset) {
            // A difference in time counts before one in value of the same cycle.
            for (int value = 0; value < 2; ++value) {
                for (const Port& port : kOutputs) {
                    if ((port.guard >= 0) != (value == 1)) continue;
                    if (value == 1 && wanted[port.guard] == 0u) continue;
                    for (int i = 0; i < port.words; ++i) {
                        if (out[port.word + i] == wanted[port.word + i]) continue;
                        std::printf("mutant %u %s %s %zu\n", mutant, value ? "value" : "cycle",
                                    port.name, cycle);
                        return true;
                    }
                }
            }
        }
        was_reset = was_reset || inputs[IN_rst];
        device.edge();
    }
    return false;
}

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: %s CASE OUTPUT FIRST LAST\n", arguments[0]);
        return 2;
    }
    const Case jobs(arguments[1]);
    FILE* ofmap = std::fopen(arguments[2], "wb");
    if (ofmap == nullptr) {
        std::fprintf(stderr, "cannot write %s\n", arguments[2]);
        return 2;
    }
    std::vector<Trace> traces = {Bench(jobs, ofmap, kRandom).run()};
    std::fclose(ofmap);
    std::printf("cycles %zu\n", traces[0].cycles());
    const uint32_t first = static_cast<uint32_t>(std::atoi(arguments[3]));
    const uint32_t last = static_cast<uint32_t>(std::atoi(arguments[4]));
    for (uint32_t mutant = first; mutant <= last; ++mutant) {
        bool found = false;
        for (size_t n = 0; n < 3 && !found; ++n) {
            if (n == traces.size()) traces.push_back(Bench(jobs, nullptr, kPowerUps[n]).run());
            found = differs(traces[n], mutant, kPowerUps[n]);
        }
        if (!found) std::printf("mutant %u survived\n", mutant);
    }
    return 0;
}
