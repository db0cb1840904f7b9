"""Where bulk work runs: a short table of how each database differs."""
