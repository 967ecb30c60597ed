# Cox models of small data with heavy ties, late entry, clusters and fractional weights, and Fine–Gray
# models of data whose censoring times are no event times. Run in this folder: Rscript regression.R.
# Debian packages: r-base-core r-cran-survival r-cran-cmprsk r-cran-jsonlite
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20)
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 50)
fit_numbers <- function(f) list(
  coef = unname(coef(f)), loglik = f$loglik, robust_se = unname(sqrt(diag(f$var))),
  model_se = unname(sqrt(diag(if (is.null(f$naive.var)) f$var else f$naive.var))))
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")),
          cmprsk = as.character(packageVersion("cmprsk")))

n <- 40
d <- data.frame(time = sample(3:9, n, TRUE), status = sample(0:1, n, TRUE, c(.4, .6)),
                arm = rep(0:1, n/2), x = round(rnorm(n), 2), w = round(runif(n, .2, 3), 2),
                patient = sample(1:15, n, TRUE))
d$entry <- pmax(0, d$time - sample(c(1:4, 20), n, TRUE))
o$tied <- list(data = d)
for (ti in c("efron", "breslow")) {
  o$tied[[ti]] <- list(
    weighted = fit_numbers(coxph(Surv(time, status) ~ arm + x, d, weights = w, cluster = patient,
                                 ties = ti, control = strict)),
    late_entry = fit_numbers(coxph(Surv(entry, time, status) ~ arm + x, d, weights = w,
                                   cluster = patient, ties = ti, control = strict)),
    late_entry_rows = fit_numbers(coxph(Surv(entry, time, status) ~ arm + x, d, weights = w,
                                        cluster = seq_len(n), ties = ti, control = strict)),
    unweighted = fit_numbers(coxph(Surv(time, status) ~ arm + x, d, cluster = patient, ties = ti,
                                   control = strict)))
}

n <- 60
x <- round(rnorm(n), 2); arm <- rep(0:1, n/2)
t1 <- rexp(n, .1 * exp(.5 * arm + .3 * x)); t2 <- rexp(n, .08); censored <- rexp(n, .06)
d <- data.frame(time = round(pmin(t1, t2, censored), 3),
                status = ifelse(censored < pmin(t1, t2), 0, ifelse(t1 < t2, 1, 2)),
                arm = arm, x = x, w = round(runif(n, .2, 3), 2), stratum = rep(c(0, 0, 1), n/3),
                patient = rep(1:20, each = 3))
# Both strata are followed past the last event. (finegray with strata() updates a stratum's weights at
# its own event times only; it is meant for stratified models and is no reference here.)
d$time[c(1, 3)] <- c(30, 31); d$status[c(1, 3)] <- 0
stopifnot(!anyDuplicated(d$time))
crr_numbers <- function(...) {
  f <- crr(d$time, d$status, ..., gtol = 1e-12)
  list(coef = unname(f$coef), se = unname(sqrt(diag(f$var))), loglik = f$loglik)
}
o$untied <- list(data = d, crr = crr_numbers(d$arm), crr_adjusted = crr_numbers(cbind(d$arm, d$x)),
  # Its standard error is not a reference: crr lets the competing rows of all groups enter each
  # group's censoring term.
  crr_strata = crr_numbers(cbind(d$arm, d$x), cengroup = d$stratum)["coef"])
d$st <- factor(d$status, 0:2, c("censored", "one", "two"))
d$id <- seq_len(n)
e <- finegray(Surv(time, st) ~ ., data = d, etype = "one")
o$untied$known_G <- fit_numbers(coxph(Surv(fgstart, fgstop, fgstatus) ~ arm + x, e,
  weights = fgwt * w, cluster = patient, ties = "breslow", control = strict))
write_json(o, "answers/regression.json", digits = 14, auto_unbox = TRUE, pretty = FALSE)
