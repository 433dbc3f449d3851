"""The float units against the processor's own arithmetic."""
