# Rows of the pbc cohort between the arms' percentiles of the propensity score, and the model
# fitted again to them: base R. quantile type 2 is the one that averages where F(x) equals p.
# Run in this folder: Rscript trimming.R. Debian packages: r-base-core r-cran-jsonlite
suppressMessages(library(jsonlite))
d <- read.csv("../data/pbc.csv")
control <- glm.control(epsilon = 1e-14, maxit = 100)
formula <- arm ~ age + sex + log(bili) + albumin
o <- list(R = R.version.string)
score <- fitted(glm(formula, binomial, d, control = control))
trimmed <- function(low, high) {
  bounds <- c(quantile(score[d$arm == 1], low / 100, type = 2, names = FALSE),
              quantile(score[d$arm == 0], high / 100, type = 2, names = FALSE))
  kept <- score >= bounds[1] & score <= bounds[2]
  list(percentiles = c(low, high), bounds = bounds, n = as.integer(table(d$arm[kept])),
       coef = unname(coef(glm(formula, binomial, d[kept, ], control = control))))
}
o$trimmed <- list(trimmed(5, 95), trimmed(2.5, 97.5), trimmed(10, 80), trimmed(0, 100))
write_json(o, "answers/trimming.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
