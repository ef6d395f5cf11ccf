// Module Experiments.
