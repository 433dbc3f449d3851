// A promise: whenever `when` holds, `what` holds. Its cover shows that `when` can hold.
// Helping invariants, which only make an induction close, are plain asserts named aid_*.
`define PROMISE(name, when, what) \
  name: assert (!(when) || (what)); \
  reach_``name: cover (when);
