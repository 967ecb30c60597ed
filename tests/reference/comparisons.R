# Tests of two and three arms with heavy ties, strata, competing events, clusters and fractional
# weights: survdiff, cmprsk::cuminc, and robust scores of coxph and of coxph on finegray rows.
# Run in this folder: Rscript comparisons.R.
# Debian packages: r-base-core r-cran-survival r-cran-cmprsk r-cran-jsonlite
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(8)
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")),
          cmprsk = as.character(packageVersion("cmprsk")))
n <- 90
d <- data.frame(time = sample(0:9, n, TRUE), status = sample(0:2, n, TRUE), arm = rep(0:2, n/3),
                stratum = sample(0:3, n, TRUE), w = round(runif(n, .2, 3), 2),
                patient = sample(1:40, n, TRUE))
d$arm[d$stratum == 3] <- 1  # a stratum with one arm only
d$two <- pmin(d$arm, 1)
o$data <- d

log_ranks <- function(arm) {
  d$a <<- d[[arm]]
  list(plain = survdiff(Surv(time, status == 1) ~ a, d)$chisq,
       strata = survdiff(Surv(time, status == 1) ~ a + strata(stratum), d)$chisq,
       rho1 = survdiff(Surv(time, status == 1) ~ a, d, rho = 1)$chisq,
       rho1_strata = survdiff(Surv(time, status == 1) ~ a + strata(stratum), d, rho = 1)$chisq)
}
robust_score <- function(f, data, weight) {
  data$case_weight <- weight
  coxph(f, data, weights = case_weight, cluster = patient, ties = "breslow")$rscore
}
scores <- function(arm) {
  d$a <<- d[[arm]]
  list(weighted = robust_score(Surv(time, status == 1) ~ factor(a), d, d$w),
       strata = robust_score(Surv(time, status == 1) ~ factor(a) + strata(stratum), d, d$w))
}
gray <- function(arm) {
  d$a <<- d[[arm]]
  list(plain = unname(cuminc(d$time, d$status, d$a)$Tests[, "stat"]),
       strata = unname(cuminc(d$time, d$status, d$a, d$stratum)$Tests[, "stat"]))
}
fine_gray <- function(arm) {
  d$a <- d[[arm]]; d$st <- factor(d$status, 0:2, c("censored", "one", "two")); d$id <- seq_len(n)
  d <- d[d$time > 0, ]  # finegray cannot start at 0
  e <- finegray(Surv(time, st) ~ ., data = d, etype = "one")
  robust_score(Surv(fgstart, fgstop, fgstatus) ~ factor(a), e, e$fgwt * e$w)
}
for (arm in c("two", "arm")) o[[arm]] <- list(
  log_rank = log_ranks(arm), score = scores(arm), gray = gray(arm), known_G = fine_gray(arm))
o$example <- unname(cuminc(1:6, c(1, 2, 1, 1, 2, 1), c(0, 0, 0, 1, 1, 1))$Tests[1, "stat"])
write_json(o, "answers/comparisons.json", digits = 14, auto_unbox = TRUE)
