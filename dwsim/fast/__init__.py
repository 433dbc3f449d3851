"""The second engine model: exact cycles in closed form, or event by event when ports stall.

It walks another road than ``dwsim.model``, which steps every register of every module: here an
output's cycle follows from the few events that it waits for (its slot, its beat, its credit, the
sink). Values come from the golden model. Both models agree in every output's cycle and in every
counter of the activity breakdown (tests/fast).
"""
