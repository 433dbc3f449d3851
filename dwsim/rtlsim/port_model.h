// The ports of a tap-parallel engine, cycle by cycle, after the timing law: slots, credit and delays.
// It steps no register of the array; values are golden's. The control is written a third time here,
// beside dwsim/model and dwsim/fast, because only C++ keeps up with the Verilated engine.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

// The constants of a build.
struct Build {
    uint32_t depth, passes, output_cycles, drain_cycles, all_sets, set_beats;
};

// The numbers of a layer that decide cycles.
struct Course {
    uint32_t planes, pitch, lag, lead, multiples, sets, ifmap_beats, ofmap_beats;
    std::vector<uint32_t> takes, emits;  // by slot of a plane: it takes a beat, it emits a window
};

// The handshakes that a cycle offers.
struct Offers {
    bool rst, cfg_valid, load, param_valid, param_last, ifmap_valid, ifmap_last, ofmap_ready;
    uint32_t job;  // of the geometry
    const Course* course;
};

struct Beat {
    uint32_t job, index;
};

class PortModel {
  public:
    explicit PortModel(const Build& build) : b_(build), credits_(build.depth) {}

    // The outputs of this cycle, all from registers.
    bool cfg_ready = false, starved = false, backpressured = false;
    bool param_ready = false, ifmap_ready = false, ofmap_valid = false;
    Beat ofmap = {0, 0};
    bool busy() const { return state_ != kIdle; }
    uint32_t error() const { return error_short_ | error_long_ << 1 | error_param_ << 2; }

    // The clock edge.
    void step(const Offers& o) {
        const Decision now = decide();
        const bool restart = state_ == kLoad;
        const bool start = restart && (!load_ || loaded_) && !excess_;
        const bool leaves = excess_ || (now.take && !short_stream_);
        flag_stalls(o, now);
        step_outputs(o, now);
        step_control(o, now, start);
        step_params(o, start && load_);
        step_port(o, now, restart);
        step_skid(o, leaves);
        if (restart && !o.rst) begin();
        else step_slots(now);
        if (o.rst) left_ = 0;
    }

  private:
    enum State { kIdle, kLoad, kRun };
    struct Decision {
        bool begins, follows, step, take, final_take, emit, claims, done, starved, backpressured;
    };
    struct Flight {
        uint32_t due;
        Beat beat;
    };

    Build b_;
    State state_ = kIdle;
    const Course* c_ = nullptr;
    bool load_ = false, loaded_ = false;
    uint32_t job_ = 0, drain_left_ = 0;
    bool out_valid_ = false, out_last_ = false, skid_last_ = false;
    bool short_stream_ = false, zeros_ = false, excess_ = false;
    bool error_short_ = false, error_long_ = false, error_param_ = false;
    uint32_t set_beat_ = 0, sets_ = 0;
    uint32_t slot_ = 0, ahead_ = 0, behind_ = 0, begun_ = 0, taken_ = 0, windows_ = 0;
    uint32_t left_ = 0;  // emissions of the window in progress
    std::deque<uint32_t> marks_;  // slots in which the following raster begins a plane
    uint32_t credits_, cycle_ = 0, beats_ = 0;
    std::deque<Flight> flights_;
    std::deque<Beat> fifo_;

    void begin() {
        slot_ = begun_ = taken_ = windows_ = left_ = beats_ = 0;
        ahead_ = behind_ = c_->pitch;
        marks_.clear();
    }

    static bool hit(const std::vector<uint32_t>& hits, uint32_t slot) {
        return slot < hits.size() && hits[slot];
    }

    // The slot that enters in this cycle, if any. `ahead_` is the raster that leads: the inputs,
    // or the outputs if the padding above an image is longer than the reach of its first window.
    Decision decide() const {
        Decision d = {};
        if (state_ != kRun) return d;
        const bool available = out_valid_ || zeros_, holding = left_ != 0u;
        const bool may_begin = ahead_ == c_->pitch && begun_ < c_->planes;
        const bool together = c_->lag == 0u;
        d.begins = may_begin && (c_->lead || available);
        d.follows = !marks_.empty() && marks_.front() == slot_;
        const uint32_t first = d.begins ? 0u : ahead_;
        const uint32_t second = together ? first : d.follows ? 0u : behind_;
        const bool hit_in = hit(c_->takes, c_->lead ? second : first);
        const bool hit_out = hit(c_->emits, c_->lead ? first : second);
        const bool beat_ok = !hit_in || available;
        const bool credit_ok = !(hit_out || (may_begin && together)) || credits_ != 0u;
        d.step = !holding && beat_ok && credit_ok;
        d.take = d.step && hit_in;
        d.final_take = d.take && taken_ + 1u == c_->ifmap_beats;
        d.claims = !holding || emission() % b_.passes == 0u;
        d.emit = holding ? credits_ != 0u || !d.claims : d.step && hit_out;
        d.done = taken_ == c_->ifmap_beats && beats_ == c_->ofmap_beats;
        const bool stalls = !d.done && !d.emit;
        const bool lacks = d.step ? !c_->lead && may_begin && !available : !beat_ok;
        d.starved = stalls && !holding && lacks;
        d.backpressured = stalls && (holding || (!d.step && beat_ok));
        return d;
    }

    // The index of the window's next emission.
    uint32_t emission() const { return left_ == 0u ? 0u : c_->multiples * b_.passes - left_; }

    void step_slots(const Decision& now) {
        if (now.emit) left_ = (left_ == 0u ? c_->multiples * b_.passes : left_) - 1u;
        if (!now.step) return;
        if (now.follows) {
            marks_.pop_front();
            behind_ = 0;
        }
        if (now.begins) {
            ++begun_;
            ahead_ = 0;
            if (c_->lag != 0u) marks_.push_back(slot_ + c_->lag);
        }
        taken_ += now.take;
        ++slot_;
        if (ahead_ < c_->pitch) ++ahead_;
        if (behind_ < c_->pitch) ++behind_;
    }

    void step_outputs(const Offers& o, const Decision& now) {
        const bool pop = !fifo_.empty() && (o.ofmap_ready || !ofmap_valid);
        ofmap_valid = pop || (ofmap_valid && !o.ofmap_ready);
        if (pop) {
            ofmap = fifo_.front();
            fifo_.pop_front();
        }
        credits_ += pop;
        credits_ -= now.emit && now.claims;
        if (!flights_.empty() && flights_.front().due == cycle_) {
            fifo_.push_back(flights_.front().beat);
            flights_.pop_front();
        }
        if (now.emit && emission() % b_.passes == b_.passes - 1u) {
            flights_.push_back({cycle_ + 1u + b_.output_cycles, {job_, beats_++}});
        }
        ++cycle_;
        if (!o.rst) return;
        ofmap_valid = false;
        credits_ = b_.depth;
        flights_.clear();
        fifo_.clear();
    }

    void flag_stalls(const Offers& o, const Decision& now) {
        const bool sink = state_ == kRun && now.done && ofmap_valid && !o.ofmap_ready;
        starved = now.starved && !o.rst;
        backpressured = (now.backpressured || sink) && !o.rst;
    }

    void step_control(const Offers& o, const Decision& now, bool start) {
        const bool drained = drain_left_ == 0u;
        drain_left_ = now.emit ? b_.drain_cycles : drain_left_ - !drained;
        if (cfg_ready && o.cfg_valid) {
            c_ = o.course;
            load_ = o.load;
            job_ = o.job;
            state_ = kLoad;
        } else if (start) {
            state_ = kRun;
        } else if (state_ == kRun && now.done && drained) {
            state_ = kIdle;
        }
        if (o.rst) {
            state_ = kIdle;
            drain_left_ = 0;
        }
        cfg_ready = state_ == kIdle && !o.rst;
    }

    void step_params(const Offers& o, bool swap) {
        const bool accept = o.param_valid && param_ready, tensor_end = accept && o.param_last;
        const bool set_end = set_beat_ == b_.set_beats - 1u, overflow = sets_ == b_.all_sets;
        if ((accept && overflow) || (tensor_end && !set_end) || (swap && sets_ != c_->sets)) {
            error_param_ = true;
        }
        loaded_ = !swap && (loaded_ || tensor_end);
        sets_ = swap ? 0u : sets_ + (accept && !overflow && set_end);
        if (accept) set_beat_ = tensor_end || set_end ? 0u : set_beat_ + 1u;
        param_ready = !loaded_ && !o.rst;
        if (o.rst) {
            loaded_ = error_param_ = false;
            sets_ = set_beat_ = 0;
        }
    }

    // After an early tlast zeros replace beats; up to a late one beats are dropped.
    void step_port(const Offers& o, const Decision& now, bool restart) {
        const bool real = now.take && !short_stream_;
        const bool early = real && out_last_ && !now.final_take;
        const bool late = real && now.final_take && !out_last_;
        zeros_ = !o.rst && !restart && short_stream_;
        short_stream_ = !o.rst && !restart && (short_stream_ || early);
        excess_ = !o.rst && (late || (excess_ && !(out_valid_ && out_last_)));
        error_short_ = !o.rst && (error_short_ || early);
        error_long_ = !o.rst && (error_long_ || late);
    }

    void step_skid(const Offers& o, bool leaves) {
        const bool accept = o.ifmap_valid && ifmap_ready, move = leaves || !out_valid_;
        const bool waits = out_valid_ && !ifmap_ready;
        if (move) {
            out_last_ = waits ? skid_last_ : o.ifmap_last;
            out_valid_ = waits || accept;
            ifmap_ready = true;
        } else if (accept) {
            ifmap_ready = false;
        }
        if (accept) skid_last_ = o.ifmap_last;
        if (o.rst) ifmap_ready = out_valid_ = false;
    }
};
