# Interval-censored data: Weibull regression with weights and clustered errors, and Turnbull's estimate,
# of the cosmesis data (weights and clusters made up here). Run in this folder: Rscript interval_censored.R.
# survreg's coefficients are of log time: log hazard ratio = -coefficient/scale.
# Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(jsonlite)})
d <- read.csv("../data/published/cosmesis.csv")
d$left <- ifelse(d$lower == 0, NA, d$lower)
i <- seq_len(nrow(d))
d$weight <- 0.5 + (i * 7) %% 11 / 10
d$cluster <- (i * 5) %% 31
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
control <- survreg.control(rel.tolerance = 1e-13, maxiter = 200)
model <- Surv(left, upper, type = "interval2") ~ chemotherapy
log_ratio <- function(f) -f$coefficients[[2]] / f$scale
numbers <- function(f) list(log_hazard_ratio = log_ratio(f), shape = 1 / f$scale,
                            intercept = -f$coefficients[[1]] / f$scale)
o$plain <- numbers(survreg(model, d, control = control))
o$weighted <- numbers(survreg(model, d, control = control, weights = weight))
# survreg's own dfbeta residuals are not the derivatives of its interval-censored fits, and its robust
# variance leaves the weights out: here each weight is moved and the model fitted anew.
h <- 1e-4
influence <- sapply(i, function(j) {
  moved <- sapply(c(h, -h), function(step) {
    d$moved <- d$weight + step * (i == j)
    log_ratio(survreg(model, d, control = control, weights = moved))
  })
  d$weight[j] * (moved[1] - moved[2]) / (2 * h)
})
o$weighted$std_error <- sqrt(sum(rowsum(influence, d$cluster)^2))
f <- survfit(model, d, weights = weight)
at <- c(10, 20, 30, 36)
o$turnbull <- list(times = at, risk = lapply(0:1, function(a)
  1 - summary(f[a + 1], times = at, extend = TRUE)$surv))
write_json(o, "answers/interval_censored.json", digits = 15, auto_unbox = TRUE)
