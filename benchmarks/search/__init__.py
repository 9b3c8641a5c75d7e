"""How well the search finds the right article: five folds over the library's own ways of asking, and baselines."""
