# Stratified Cox models and tests of proportional hazards of small data with heavy ties, strata (one
# without an event, one with a single arm), late entry, clusters and fractional weights; tests of
# proportional hazards of the veteran data of R's survival package. Run in this folder:
# Rscript stratified.R. Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(splines); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(33)
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 50)
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
n <- 60
d <- data.frame(time = sample(3:9, n, TRUE), status = sample(0:1, n, TRUE, c(.4, .6)),
                arm = rep(0:1, n/2), x = round(rnorm(n), 2), w = round(runif(n, .2, 3), 2),
                patient = sample(1:20, n, TRUE), stratum = sample(0:4, n, TRUE))
d$entry <- pmax(0, d$time - sample(c(1:4, 20), n, TRUE))
d$status[d$stratum == 3] <- 0
d$arm[d$stratum == 4] <- 1
o$data <- d
zph_numbers <- function(f, g) {
  z <- cox.zph(f, transform = g, terms = FALSE)
  list(chisq = unname(z$table[, 1]), p = unname(z$table[, 3]), x = unname(z$x), time = unname(z$time),
       y = unname(z$y))
}
fit_numbers <- function(f) list(
  coef = unname(coef(f)), loglik = f$loglik, robust_se = unname(sqrt(diag(f$var))),
  model_se = unname(sqrt(diag(f$naive.var))),
  zph = sapply(c("km", "rank", "identity", "log"), zph_numbers, f = f, simplify = FALSE))
for (ti in c("efron", "breslow")) {
  fit <- function(formula, weight) {
    d$weight <- weight; environment(formula) <- environment()  # cox.zph looks there
    f <- coxph(formula, d, weights = weight, cluster = patient, ties = ti, control = strict)
    fit_numbers(f)
  }
  o[[ti]] <- list(
    stratified = fit(Surv(time, status) ~ arm + x + strata(stratum), 1),
    weighted = fit(Surv(time, status) ~ arm + x + strata(stratum), d$w),
    late_entry = fit(Surv(entry, time, status) ~ arm + x + strata(stratum), d$w),
    one_stratum = fit(Surv(time, status) ~ arm + x, d$w))
}
z <- cox.zph(coxph(Surv(time, status) ~ arm + x, d, weights = w, control = strict), terms = FALSE)
grid <- seq(min(z$x), max(z$x), length.out = 7)
basis <- ns(z$x, df = 4, intercept = TRUE, knots = quantile(z$x, 1:2/3))
at <- predict(basis, grid)
o$smooth <- list(along = grid, value = unname(at %*% qr.coef(qr(basis), z$y)),
  std_error = unname(sqrt(outer(rowSums((at %*% solve(crossprod(basis))) * at), diag(z$var)))))
v <- survival::veteran
o$veteran <- list(data = with(v, data.frame(time, status, trt, prior, karno,
                                            squamous = as.integer(celltype == "squamous"))))
v$w <- 1 + (v$celltype == "squamous")
for (g in c("km", "rank", "identity", "log")) {
  zph <- function(f) unname(cox.zph(f, transform = g)$table[, 1])
  o$veteran[[g]] <- list(
    unweighted = zph(coxph(Surv(time, status) ~ trt + prior + karno, v, control = strict)),
    weighted = zph(coxph(Surv(time, status) ~ trt + prior + karno, v, weights = w, control = strict)))
}
write_json(o, "answers/stratified.json", digits = 14, auto_unbox = TRUE, pretty = FALSE)
