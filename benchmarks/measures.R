# The measures of benchmarks/measures.py in R on the same residents: one line per measure, its name, seconds of processor time and value.
# Plain R as the package ineq writes it; package laeken (Alfons & Templ 2013), which surveys use for weighted income, where it is installed.
folder <- commandArgs(trailingOnly = TRUE)[1]
column <- function(name) {
  file <- file.path(folder, name)
  readBin(file, "double", file.size(file) / 8)
}
y <- column("y"); w <- column("w"); rank <- column("rank"); score <- column("score")

clock <- function(name, measure) {
  best <- Inf
  for (time in 1:3) best <- min(best, sum(system.time(value <- measure(), gcFirst = TRUE)[1:2]))
  cat(name, best, sprintf("%.17g", value), sep = "\t"); cat("\n")
}
weighted <- function(x, share) {
  o <- order(y)
  y[o][which(cumsum(w[o]) >= share * sum(w))[1]]
}

clock("Gini, equal weights", function() {
  x <- sort(y); n <- length(x)
  2 * sum(x * seq_len(n)) / (n * sum(x)) - (n + 1) / n
})
clock("Gini, weighted", function() {
  o <- order(y); x <- y[o]; p <- w[o] / sum(w); m <- sum(p * x)
  2 * sum(p * (x - m) * (cumsum(p) - p / 2)) / m
})
clock("slope index over fifths", function() {
  p <- w / sum(w); shares <- tapply(p, rank, sum)
  ridit <- as.vector((cumsum(shares) - shares / 2)[match(rank, as.numeric(names(shares)))])
  lm.wfit(cbind(1, ridit), score, p)$coefficients[[2]]
})
clock("Erreygers index over ranks", function() {
  o <- order(y); s <- score[o]; p <- w[o] / sum(w); m <- sum(p * s); ridit <- cumsum(p) - p / 2
  8 * sum(p * (s - m) * (ridit - 0.5)) / (5 - 1)
})
clock("Theil index", function() {
  p <- w / sum(w); m <- sum(p * y)
  sum(p * y / m * log(y / m))
})
clock("Atkinson, aversion 10.95", function() {
  p <- w / sum(w); m <- sum(p * y)
  1 - sum(p * (y / m)^(1 - 10.95))^(1 / (1 - 10.95))
})
clock("P90/P10", function() weighted(y, 0.9) / weighted(y, 0.1))
if (requireNamespace("laeken", quietly = TRUE))
  clock("Gini, weighted (laeken)", function() laeken::gini(y, weights = w)$value / 100)
