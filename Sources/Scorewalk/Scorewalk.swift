// Module Scorewalk.
