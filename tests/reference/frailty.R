# Cox models with a gamma frailty of the patient: retinopathy data (two eyes a patient), the variance
# of the frailty given and estimated; the full
# information (sparse = FALSE), for R's default leaves out that of pairs of patients. Run in this folder: Rscript frailty.R.
# Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(jsonlite)})
d <- read.csv("../data/retinopathy.csv")
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
numbers <- function(f) {
  v <- f$history[[1]]
  list(coef = unname(coef(f))[1:2], model_se = unname(sqrt(diag(f$var)))[1:2], theta = v$theta,
       log_likelihood = v$c.loglik)
}
strict <- coxph.control(eps = 1e-12, toler.chol = 1e-15, iter.max = 100, outer.max = 100)
for (ties in c("efron", "breslow")) {
  for (theta in c(0.3, 1)) {
    f <- coxph(Surv(time, status) ~ arm + age + frailty(cluster, theta = theta, sparse = FALSE), d,
               ties = ties, control = strict)
    o[[ties]][[paste0("theta", theta)]] <- numbers(f)
  }
  f <- coxph(Surv(time, status) ~ arm + age + frailty(cluster, eps = 1e-8, sparse = FALSE), d,
             ties = ties, control = strict)
  o[[ties]]$estimated <- numbers(f)
  o[[ties]]$plain <- coxph(Surv(time, status) ~ arm + age, d, ties = ties, control = strict)$loglik[2]
}
write_json(o, "answers/frailty.json", digits = 15, auto_unbox = TRUE)
