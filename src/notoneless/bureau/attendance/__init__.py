"""Roll-call by class and half-day, and what absence leads to."""
