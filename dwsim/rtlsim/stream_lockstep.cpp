// usage: stream_lockstep POOL random SEED EPISODE CYCLES SECONDS
//        stream_lockstep POOL script FILE
// Runs the streams of random episodes, from EPISODE on, or those of a script, on the engine and on
// the model of its ports, and compares every port in every cycle. Ends with a line of figures:
//   cycles N episodes N streams N resets N wrong N beats N next N
// Before it, a script has a line for each stream that ended: the cycle of its cfg handshake, the
// cycles from there to its last ofmap transfer, and the error port:
//   stream STARTED CYCLES ERROR
// A difference comes before it, with the script of its episode:
//   differ PORT CYCLE STREAM GOT WANTED
//   task LAYER IMAGE ...
#include <chrono>
#include <cstring>

#include "stream_lockstep.h"

constexpr uint32_t kResetCycles = 3;
constexpr uint32_t kWatchdog = 200000;

struct Figures {
    uint64_t cycles = 0, episodes = 0, streams = 0, resets = 0, wrong = 0, beats = 0;
};

// One of the two sources: the beats of task after task, each held until it is taken.
struct Source {
    size_t task = 0;
    uint32_t beat = 0;
    bool held = false;
    void restart(size_t first) {
        task = first;
        beat = 0;
        held = false;
    }
};

class Episode {
  public:
    Episode(const Pool& pool, const std::vector<Task>& tasks, uint32_t seed, Figures& figures,
            bool tells)
        : pool_(pool), tasks_(tasks), random_(seed), model_(pool.build), figures_(figures),
          tells_(tells), started_(tasks.size()) {
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed >> 1) + 1);
        top_.reset(new Top(&context_));
        param_.restart(next_loading(0));
        begin();
    }

    // True if no port differs.
    bool run() {
        reset_left_ = kResetCycles;
        while (now_ < tasks_.size()) {
            if (!cycle()) return false;
            if (++quiet_ > kWatchdog) return differs("hang", 0, 0);
        }
        for (uint32_t left = 40; left != 0u; --left) {
            if (!cycle()) return false;
        }
        return true;
    }

  private:
    const Pool& pool_;
    const std::vector<Task>& tasks_;
    Random random_;
    VerilatedContext context_;
    std::unique_ptr<Top> top_;
    PortModel model_;
    Figures& figures_;
    const bool tells_;
    Words started_;  // the cycle of the cfg handshake of each stream
    uint32_t in_[kInputWords], out_[kOutputWords], held_[kOutputWords];
    size_t now_ = 0, cfg_ = 0, at_ofmap_ = 0;
    uint32_t ofmap_beat_ = 0;
    Source param_, ifmap_;
    std::unique_ptr<Bursts> param_stall_, ifmap_stall_, ofmap_stall_;
    uint32_t reset_left_ = 0, quiet_ = 0, age_ = 0, cfg_wait_ = 0, cycle_ = 0;
    bool was_reset_ = false, waited_ = false;

    const Task* task(size_t index) const { return index < tasks_.size() ? &tasks_[index] : nullptr; }

    void begin() {
        age_ = quiet_ = 0;
        const Task* t = task(now_);
        if (t == nullptr) return;
        cfg_wait_ = t->cfg_wait;
        param_stall_.reset(new Bursts(t->source, t->burst, t->seed + 1u));
        ifmap_stall_.reset(new Bursts(t->source, t->burst, t->seed + 2u));
        ofmap_stall_.reset(new Bursts(t->sink, t->burst, t->seed + 3u));
    }

    size_t next_loading(size_t index) const {
        while (index < tasks_.size() && tasks_[index].load == 0u) ++index;
        return index;
    }

    // The stream of a source ends in time, or it stops for good.
    void offer(Source& source, uint32_t sent, bool stalls) {
        if (!source.held) source.held = source.beat < sent && !stalls;
    }

    void choose_inputs() {
        for (uint32_t& word : in_) word = random_.next();
        in_[IN_rst] = reset_left_ != 0u;
        if (const Task* t = task(param_.task)) {
            offer(param_, t->param_sent, param_stall_->draw());
            if (param_.held) {
                const Layer& layer = pool_.layers[t->layer];
                const size_t beat = param_.beat % layer.param_beats();
                std::memcpy(in_ + IN_s_axis_param_tdata, &layer.param[beat * kParamWords],
                            4 * kParamWords);
                in_[IN_s_axis_param_tlast] = param_.beat == t->param_last;
            }
        }
        in_[IN_s_axis_param_tvalid] = param_.held;
        if (const Task* t = task(ifmap_.task)) {
            offer(ifmap_, t->ifmap_sent, ifmap_stall_->draw());
            if (ifmap_.held) {
                const Image& image = pool_.layers[t->layer].images[t->image];
                const size_t beat = ifmap_.beat % image.ifmap_beats();
                std::memcpy(in_ + IN_s_axis_ifmap_tdata, &image.ifmap[beat * kIfmapWords],
                            4 * kIfmapWords);
                in_[IN_s_axis_ifmap_tlast] = ifmap_.beat == t->ifmap_last;
            }
        }
        in_[IN_s_axis_ifmap_tvalid] = ifmap_.held;
        in_[IN_m_axis_ofmap_tready] = now_ < tasks_.size() ? !ofmap_stall_->draw() : 1u;
        choose_config();
        mask_inputs(in_);
    }

    // No geometry is offered behind a stream that a reset ends.
    void choose_config() {
        const Task* t = task(cfg_);
        const bool ended = cfg_ > now_ && tasks_[cfg_ - 1].reset_after != 0u;
        if (cfg_wait_ != 0u) --cfg_wait_;
        const bool follows = t != nullptr && t->cfg_wait == kNone;
        const bool waits = follows ? param_.task <= cfg_ : cfg_wait_ != 0u;
        in_[IN_cfg_valid] = t != nullptr && !ended && !waits && reset_left_ == 0u;
        if (t == nullptr) return;
        const Words& config = pool_.layers[t->layer].config[t->load];
        std::memcpy(in_ + IN_config, config.data(), 4 * kConfigWords);
    }

    bool cycle() {
        choose_inputs();
        top_->clk = 0;
        drive(*top_, in_);
        top_->eval();
        observe(*top_, out_);
        if (was_reset_ && !compare()) return false;
        if (pool_.has_model) model_.step(offers());
        note_transfers();
        top_->clk = 1;
        top_->eval();
        was_reset_ = was_reset_ || in_[IN_rst];
        ++cycle_;
        ++figures_.cycles;
        if (reset_left_ != 0u) {
            --reset_left_;
        } else if (const Task* t = task(now_)) {
            if (t->reset_after != 0u && ++age_ >= t->reset_after) abandon();
        }
        return true;
    }

    Offers offers() const {
        Offers o = {};
        o.rst = in_[IN_rst];
        o.cfg_valid = in_[IN_cfg_valid];
        o.param_valid = in_[IN_s_axis_param_tvalid];
        o.param_last = in_[IN_s_axis_param_tlast];
        o.ifmap_valid = in_[IN_s_axis_ifmap_tvalid];
        o.ifmap_last = in_[IN_s_axis_ifmap_tlast];
        o.ofmap_ready = in_[IN_m_axis_ofmap_tready];
        if (const Task* t = task(cfg_)) {
            o.load = t->load;
            o.job = static_cast<uint32_t>(cfg_);
            o.course = &pool_.layers[t->layer].course;
        }
        return o;
    }

    bool differs(const char* port, uint32_t got, uint32_t wanted) const {
        std::printf("differ %s %u %zu %x %x\n", port, cycle_, now_, got, wanted);
        return false;
    }

    bool equal(const char* port, uint32_t got, uint32_t wanted) const {
        return got == wanted || differs(port, got, wanted);
    }

    bool compare() {
        if (!pool_.has_model) return compare_rules();
        return equal("cfg_ready", out_[OUT_cfg_ready], model_.cfg_ready) &&
               equal("busy", out_[OUT_busy], model_.busy()) &&
               equal("starved", out_[OUT_starved], model_.starved) &&
               equal("backpressured", out_[OUT_backpressured], model_.backpressured) &&
               equal("error", out_[OUT_error], model_.error()) &&
               equal("s_axis_param_tready", out_[OUT_s_axis_param_tready], model_.param_ready) &&
               equal("s_axis_ifmap_tready", out_[OUT_s_axis_ifmap_tready], model_.ifmap_ready) &&
               equal("m_axis_ofmap_tvalid", out_[OUT_m_axis_ofmap_tvalid], model_.ofmap_valid) &&
               compare_beats(model_.ofmap.job, model_.ofmap.index);
    }

    // The beat on the ofmap port is beat `index` of a stream.
    bool compare_beats(size_t stream, uint32_t index) const {
        if (out_[OUT_m_axis_ofmap_tvalid] == 0u) return true;
        const Task* t = task(stream);
        if (t == nullptr) return differs("m_axis_ofmap_tvalid", 1, 0);
        const Layer& layer = pool_.layers[t->layer];
        const Image& image = layer.images[t->image];
        const uint32_t last = index + 1u == layer.course.ofmap_beats;
        if (!equal("m_axis_ofmap_tlast", out_[OUT_m_axis_ofmap_tlast], last)) return false;
        for (int i = 0; i < kKeepWords; ++i) {
            const uint32_t keep = layer.keep[size_t{index} * kKeepWords + i];
            if (!equal("m_axis_ofmap_tkeep", out_[OUT_m_axis_ofmap_tkeep + i], keep)) return false;
        }
        if (!knows(stream)) return true;
        for (int i = 0; i < kOfmapWords; ++i) {
            const size_t word = size_t{index} * kOfmapWords + i;
            const uint32_t got = out_[OUT_m_axis_ofmap_tdata + i] & layer.mask[word];
            if (!equal("m_axis_ofmap_tdata", got, image.ofmap[word])) return false;
        }
        return true;
    }

    // Golden knows the values unless the weights come from a tensor of a wrong length.
    bool knows(size_t stream) const {
        while (tasks_[stream].load == 0u) --stream;
        const Task& t = tasks_[stream];
        return t.param_ends() && t.param_sent == pool_.layers[t.layer].param_beats();
    }

    // Without a model: the beats in order, and a beat that waits for the sink does not change.
    bool compare_rules() {
        if (in_[IN_rst]) {
            waited_ = false;
            return true;
        }
        if (!compare_beats(at_ofmap_, ofmap_beat_)) return false;
        const bool holds = waited_ && std::memcmp(held_, out_ + OUT_m_axis_ofmap_tdata,
                                                  4 * kOfmapWords) != 0;
        if (holds || (waited_ && out_[OUT_m_axis_ofmap_tvalid] == 0u)) {
            return differs("m_axis_ofmap_held", out_[OUT_m_axis_ofmap_tdata], held_[0]);
        }
        std::memcpy(held_, out_ + OUT_m_axis_ofmap_tdata, 4 * kOfmapWords);
        waited_ = out_[OUT_m_axis_ofmap_tvalid] && !in_[IN_m_axis_ofmap_tready];
        return true;
    }

    void note_transfers() {
        if (in_[IN_rst]) return;
        if (param_.held && out_[OUT_s_axis_param_tready]) take(param_, tasks_[param_.task].param_last);
        if (ifmap_.held && out_[OUT_s_axis_ifmap_tready]) take(ifmap_, tasks_[ifmap_.task].ifmap_last);
        if (in_[IN_cfg_valid] && out_[OUT_cfg_ready]) {
            started_[cfg_] = cycle_;
            ++cfg_;
            if (const Task* t = task(cfg_)) cfg_wait_ = t->cfg_wait;
        }
        if (!out_[OUT_m_axis_ofmap_tvalid] || !in_[IN_m_axis_ofmap_tready]) return;
        quiet_ = 0;
        ++figures_.beats;
        ++ofmap_beat_;
        if (!out_[OUT_m_axis_ofmap_tlast]) return;
        ++at_ofmap_;
        ofmap_beat_ = 0;
        if (tasks_[now_].reset_after == 0u) finish();
    }

    void take(Source& source, uint32_t last) {
        source.held = false;
        quiet_ = 0;
        if (source.beat++ != last) return;
        source.restart(source.task + 1u);
        if (&source == &param_) param_.task = next_loading(param_.task);
    }

    void finish() {
        const Task& t = tasks_[now_];
        const Layer& layer = pool_.layers[t.layer];
        ++figures_.streams;
        if (tells_) {
            const uint32_t cycles = cycle_ - started_[now_] + 1u;
            std::printf("stream %u %u %u\n", started_[now_], cycles, out_[OUT_error]);
        }
        const bool right = t.ifmap_ends() && t.ifmap_sent == layer.course.ifmap_beats &&
                           (t.load == 0u || (t.param_ends() && t.param_sent == layer.param_beats()));
        figures_.wrong += !right;
        ++now_;
        begin();
    }

    // A reset ends the stream; the next one starts clean.
    void abandon() {
        ++figures_.resets;
        finish();
        reset_left_ = 1u + random_.next() % kResetCycles;
        cfg_ = at_ofmap_ = now_;
        ofmap_beat_ = 0;
        ifmap_.restart(now_);
        param_.restart(next_loading(now_));
    }
};

static bool run(const Pool& pool, const std::vector<Task>& tasks, uint32_t seed, Figures& figures,
                bool tells) {
    ++figures.episodes;
    if (Episode(pool, tasks, seed, figures, tells).run()) return true;
    for (const Task& t : tasks) {
        const uint32_t* words = reinterpret_cast<const uint32_t*>(&t);
        std::printf("task %u", seed);
        for (int i = 0; i < kTaskWords; ++i) std::printf(" %u", words[i]);
        std::printf("\n");
    }
    return false;
}

static std::vector<Task> script(const char* path, uint32_t& seed) {
    std::vector<Task> tasks;
    Reader reader(path);
    seed = reader.word();
    for (uint32_t left = reader.word(); left != 0u; --left) {
        Task t;
        const Words words = reader.words(kTaskWords);
        std::memcpy(&t, words.data(), sizeof t);
        tasks.push_back(t);
    }
    return tasks;
}

int main(int count, char** arguments) {
    static_assert(sizeof(Task) == 4 * kTaskWords, "a task is its words");
    const bool scripted = count == 4 && std::strcmp(arguments[2], "script") == 0;
    if (!scripted && count != 7) {
        std::fprintf(stderr, "usage: %s POOL random SEED EPISODE CYCLES SECONDS\n", arguments[0]);
        return 2;
    }
    const Pool pool(arguments[1]);
    Figures figures;
    uint32_t seed, next = 0;
    bool agree = true;
    if (scripted) {
        const std::vector<Task> tasks = script(arguments[3], seed);
        agree = run(pool, tasks, seed, figures, true);
    } else {
        const uint64_t cycles = std::strtoull(arguments[5], nullptr, 10);
        const auto end = std::chrono::steady_clock::now() +
                         std::chrono::duration<double>(std::atof(arguments[6]));
        for (next = static_cast<uint32_t>(std::atoi(arguments[4])); agree; ++next) {
            if (figures.cycles >= cycles || std::chrono::steady_clock::now() >= end) break;
            seed = static_cast<uint32_t>(std::atoi(arguments[3])) * 1000003u + next;
            agree = run(pool, Drawing(pool, seed).episode(), seed, figures, false);
        }
    }
    std::printf("cycles %llu episodes %llu streams %llu resets %llu wrong %llu beats %llu next %u\n",
                static_cast<unsigned long long>(figures.cycles),
                static_cast<unsigned long long>(figures.episodes),
                static_cast<unsigned long long>(figures.streams),
                static_cast<unsigned long long>(figures.resets),
                static_cast<unsigned long long>(figures.wrong),
                static_cast<unsigned long long>(figures.beats), next);
    return agree ? 0 : 1;
}
