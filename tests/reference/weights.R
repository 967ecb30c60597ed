# Spline bases, weighted logistic fits and weighted descriptives of the pbc cohort.
# Run in this folder: Rscript weights.R. Debian packages: r-base-core r-cran-hmisc r-cran-jsonlite
suppressMessages({library(Hmisc); library(jsonlite)})
d <- read.csv("../data/pbc.csv")
rows <- c(1, 2, 3, 50, 100, 200, 312)
o <- list(R = R.version.string, Hmisc = as.character(packageVersion("Hmisc")), rows = rows - 1)
o$spline <- lapply(c(3, 4, 5), function(k) {
  basis <- rcspline.eval(d$age, nk = k, inclx = TRUE, norm = 2)
  list(n_knots = k, knots = as.numeric(attr(basis, "knots")), basis = unname(unclass(basis)[rows, ]))
})
d$m <- (seq_len(nrow(d)) - 1) %% 4   # prior weights 0, 1, 2, 3, 0, …
f <- glm(arm ~ age + sex + log(bili) + age:edema, binomial, d, weights = m,
         control = glm.control(epsilon = 1e-14, maxit = 100))
o$weighted_logistic <- list(coef = as.list(coef(f)), se = as.list(sqrt(diag(vcov(f)))))
basis <- rcspline.eval(d$age, nk = 4, inclx = TRUE, norm = 2); colnames(basis) <- c("a", "b", "c")
g <- glm(d$arm ~ basis + d$sex * d$edema, binomial, control = glm.control(epsilon = 1e-14, maxit = 100))
o$spline_logistic <- list(coef = unname(coef(g)), deviance = deviance(g))
w <- d$bili
v <- cov.wt(d[, c("age", "albumin")], w)   # "unbiased": the denominator of reliability weights
o$weighted_mean_sd <- list(mean = unname(v$center), sd = unname(sqrt(diag(v$cov))))
write_json(o, "answers/weights.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
