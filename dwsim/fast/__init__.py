"""The fast model: exact cycles in closed form, or event by event if ports stall.

It is independent of ``dwsim.model``, which steps every register of every module: here the cycle
of an output follows from the few events that it waits for (its slot, its beat, its credit, the
sink). Values come from the golden model. Both models agree in the cycle of every output and in
every count of the activity breakdown (tests/fast).
"""
