# Hazard ratios of two pieces of time, and along the logarithm of time, of the data that stratified.R
# drew: rows cut by survSplit. Run in this folder: Rscript time_varying.R
# Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(jsonlite)})
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 50)
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
d <- fromJSON("answers/stratified.json")$data
fit_numbers <- function(f) list(coef = unname(coef(f)), robust_se = unname(sqrt(diag(f$var))),
  covariance = unname(f$var), loglik = f$loglik[2])
cut_at <- function(cuts) survSplit(Surv(entry, time, status) ~ ., d, cut = cuts, episode = "piece",
                                   start = "begin", end = "end")
pieces <- cut_at(c(5, 7))
parts <- cut_at(sort(unique(d$time[d$status == 1])))
parts$arm_log <- parts$arm * log(parts$end)
for (ti in c("efron", "breslow")) o[[ti]] <- list(
  pieces = fit_numbers(coxph(Surv(begin, end, status) ~ arm:factor(piece) + x, pieces, weights = w,
                             cluster = patient, ties = ti, control = strict)),
  pieces_strata = fit_numbers(coxph(Surv(begin, end, status) ~ arm:factor(piece) + x +
    strata(stratum), pieces, weights = w, cluster = patient, ties = ti, control = strict)),
  along = fit_numbers(coxph(Surv(begin, end, status) ~ arm + arm_log + x, parts,
                            weights = w, cluster = patient, ties = ti, control = strict)))
write_json(o, "answers/time_varying.json", digits = 14, auto_unbox = TRUE, pretty = FALSE)
