"""No deadlock: every geometry that small builds accept, in RTL."""
