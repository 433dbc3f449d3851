// The layers and the jobs of the lockstep bench in C++.
#pragma once

#include <algorithm>

#include "port_model.h"
#include "stream_replay.h"

// The beats of an image, and those that golden wants for it; lanes that no channel uses are 0.
struct Image {
    Words ifmap, ofmap;
    uint32_t ifmap_beats() const { return static_cast<uint32_t>(ifmap.size() / kIfmapWords); }
};

struct Layer {
    Course course;
    Words config[2];  // without and with parameters
    Words param, keep, mask;    // mask: the bits of the ofmap beats that carry channels
    uint32_t cycles;            // about, without stalls
    std::vector<Image> images;  // the last one lacks its end
    uint32_t param_beats() const { return static_cast<uint32_t>(param.size() / kParamWords); }
};

// One stream. `*_sent` counts beats; tlast is on beat `*_last`, or on none. The geometry is offered
// after `cfg_wait` cycles, or, with kNone, from the cycle after the last parameter beat.
struct Task {
    uint32_t layer, image, load, source, sink, burst, seed, cfg_wait;
    uint32_t ifmap_sent, ifmap_last, param_sent, param_last, reset_after;
    bool ifmap_ends() const { return ifmap_last + 1u == ifmap_sent; }
    bool param_ends() const { return param_last + 1u == param_sent; }
};
constexpr int kTaskWords = 13;
constexpr uint32_t kNone = 0xFFFFFFFFu;

struct Pool {
    bool has_model;
    Build build;
    std::vector<Layer> layers;

    explicit Pool(const char* path) {
        Reader reader(path);
        has_model = reader.word() != 0u;
        uint32_t* fields[] = {&build.depth, &build.passes, &build.output_cycles,
                              &build.drain_cycles, &build.all_sets, &build.set_beats};
        for (uint32_t* field : fields) *field = reader.word();
        for (uint32_t left = reader.word(); left != 0u; --left) layers.push_back(layer_of(reader));
    }

  private:
    static Layer layer_of(Reader& reader) {
        Layer layer;
        Course& c = layer.course;
        uint32_t* fields[] = {&c.planes, &c.pitch, &c.lag, &c.lead, &c.multiples,
                              &c.sets, &c.ifmap_beats, &c.ofmap_beats};
        for (uint32_t* field : fields) *field = reader.word();
        layer.cycles = reader.word();
        c.takes = reader.words(reader.word());
        c.emits = reader.words(reader.word());
        for (Words& config : layer.config) config = reader.words(kConfigWords);
        layer.param = reader.words(size_t{reader.word()} * kParamWords);
        layer.keep = reader.words(size_t{c.ofmap_beats} * kKeepWords);
        layer.mask = reader.words(size_t{c.ofmap_beats} * kOfmapWords);
        for (uint32_t left = reader.word(); left != 0u; --left) {
            Image image;
            image.ifmap = reader.words(size_t{reader.word()} * kIfmapWords);
            image.ofmap = reader.words(size_t{c.ofmap_beats} * kOfmapWords);
            layer.images.push_back(image);
        }
        return layer;
    }
};

// Draws the streams of an episode: several layers one after the other, some of them with a fault.
class Drawing {
  public:
    Drawing(const Pool& pool, uint32_t seed) : pool_(pool), random_(seed) {}

    std::vector<Task> episode() {
        std::vector<Task> tasks;
        const uint32_t count = 2u + below(9);
        for (uint32_t i = 0; i < count; ++i) tasks.push_back(task(tasks));
        return tasks;
    }

  private:
    const Pool& pool_;
    Random random_;

    uint32_t below(uint32_t limit) { return random_.next() % limit; }
    bool chance(uint32_t permille) { return random_.permille(permille); }

    Task task(const std::vector<Task>& before) {
        Task t = {};
        t.layer = below(static_cast<uint32_t>(pool_.layers.size()));
        t.load = 1;
        if (!before.empty() && chance(200) && keeps(before.back())) {
            t.layer = before.back().layer;
            t.load = 0;
        }
        static const uint32_t kShares[] = {0, 0, 0, 100, 300, 500, 900};
        t.source = kShares[below(7)];
        t.sink = kShares[below(7)];
        t.burst = 1u + (chance(100) ? below(300) : below(6));
        t.seed = random_.next() >> 1;
        t.cfg_wait = chance(500) ? 0u : below(60);
        const Layer& layer = pool_.layers[t.layer];
        t.image = below(static_cast<uint32_t>(layer.images.size()) - 1u);
        t.ifmap_sent = layer.course.ifmap_beats;
        t.param_sent = t.load ? layer.param_beats() : 0u;
        t.ifmap_last = t.ifmap_sent - 1u;
        t.param_last = t.param_sent - 1u;
        if (chance(300)) spoil(t, layer);
        return t;
    }

    // The bank still holds a whole tensor of the same layer.
    bool keeps(const Task& t) const {
        const uint32_t beats = pool_.layers[t.layer].param_beats();
        return t.reset_after == 0u && (t.load == 0u || (t.param_sent == beats && t.param_ends()));
    }

    void spoil(Task& t, const Layer& layer) {
        const uint32_t cycles = 2u * (layer.cycles + t.param_sent) + 90u;
        switch (below(7)) {
            case 0:  // an early tlast
                if (layer.course.ifmap_beats < 2u) break;
                t.image = static_cast<uint32_t>(layer.images.size()) - 1u;
                t.ifmap_sent = layer.images[t.image].ifmap_beats();
                t.ifmap_last = t.ifmap_sent - 1u;
                break;
            case 1:  // a late one
                t.ifmap_sent += 1u + (chance(500) ? below(3) : below(80));
                t.ifmap_last = t.ifmap_sent - 1u;
                break;
            case 2:  // none, and then nothing more
                t.ifmap_last = kNone;
                t.reset_after = 1u + below(2u * cycles);
                break;
            case 3:  // a parameter tensor of a wrong length
                if (t.load == 0u) break;
                t.param_sent = 1u + below(2u * t.param_sent);
                t.param_last = t.param_sent - 1u;
                break;
            case 4:  // the source of the ifmap stops
                t.ifmap_sent = below(t.ifmap_sent);
                t.ifmap_last = kNone;
                t.reset_after = 1u + below(2u * cycles);
                break;
            case 5:  // the source of the parameters stops
                if (t.load == 0u) break;
                t.param_sent = below(t.param_sent);
                t.param_last = kNone;
                t.reset_after = 1u + below(200);
                break;
            default:
                t.reset_after = 1u + below(cycles);
        }
    }
};
