# R's answers for data behind published numbers, with all digits: models, tests, curves.
# Run in this folder: Rscript published.R. Reads ../data/published/*.csv and ../data/pbc.csv.
# Debian packages: r-base-core r-cran-survival r-cran-cmprsk r-cran-jsonlite
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
read <- function(name) read.csv(file.path("../data/published", paste0(name, ".csv")))
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 50)
cox <- function(f, data, ties, weight = NULL) {
  data$case_weight <- if (is.null(weight)) 1 else weight
  f <- coxph(f, data, weights = case_weight, robust = !is.null(weight), ties = ties, control = strict)
  list(coef = unname(coef(f)), se = unname(sqrt(diag(f$var))), loglik = f$loglik)
}
subdistribution <- function(d, x, cause = 1) {
  f <- crr(d$time, d$status, x, failcode = cause, gtol = 1e-12)
  list(coef = unname(f$coef), se = unname(sqrt(diag(f$var))))
}
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")),
          cmprsk = as.character(packageVersion("cmprsk")))
d <- read("gehan")
o$gehan <- list(breslow = cox(Surv(time, status) ~ arm, d, "breslow"),
                efron = cox(Surv(time, status) ~ arm, d, "efron"),
                exact = cox(Surv(time, status) ~ arm, d, "exact"))
d <- read("larynx")
o$larynx <- list(stage = cox(Surv(time, status) ~ factor(stage), d, "breslow"),
                 age = cox(Surv(time, status) ~ factor(stage) + age, d, "breslow"))
o$log_rank <- list()
for (name in c("gehan", "kidney", "tongue")) {
  d <- read(name); o$log_rank[[name]] <- survdiff(Surv(time, status) ~ arm, d)$chisq
}
d <- read("lung"); o$log_rank$lung <- survdiff(Surv(time, status) ~ sex, d)$chisq
o$lung <- cox(Surv(time, status) ~ sex, d, "efron")
d <- read("bmt"); o$log_rank$bmt <- survdiff(Surv(time, status > 0) ~ group, d)$chisq
o$bmt <- subdistribution(d, cbind(d$group == 2, d$group == 3) + 0)
d <- read("aidssi"); d <- d[d$ccr5 != "", ]; d$wm <- as.integer(d$ccr5 == "WM")
o$aidssi <- list(cause_specific = list(cox(Surv(time, status == 1) ~ wm, d, "efron"),
                                       cox(Surv(time, status == 2) ~ wm, d, "efron")),
                 fine_gray = lapply(1:2, function(k) subdistribution(d, d$wm, k)))
d <- read("follic"); o$follic <- subdistribution(d, cbind(d$stage == 2, d$age, d$hgb, d$chemo))
d <- read("hypoxia"); o$hypoxia <- subdistribution(d, cbind(d$ifp, d$tumsize, 1 - d$nodes))
d <- read("mgus2")  # crr keeps the events of a day at risk of censoring there: another G
d$st <- factor(d$status, 0:2, c("censored", "one", "two")); d$id <- seq_len(nrow(d))
e <- finegray(Surv(time, st) ~ ., data = d, etype = "one")
f <- coxph(Surv(fgstart, fgstop, fgstatus) ~ male, e, weights = fgwt, cluster = id, ties = "breslow",
           control = strict)
o$mgus2 <- list(coef = unname(coef(f)), se = sqrt(f$var[1, 1]), crr = subdistribution(d, d$male))
d <- read("melanoma")
curve <- timepoints(cuminc(d$time, d$status), c(1000, 2000, 3000))
o$melanoma <- list(incidence = unname(curve$est[1, ]), fine_gray = subdistribution(d, d$sex == 1))
d <- read("bmtcrr"); o$bmtcrr <- unname(cuminc(d$time, d$status, d$aml)$Tests[, "stat"])
d <- read("ewing")
e <- ave(d$arm, d$ldh); share <- mean(d$arm)
d$w <- ifelse(d$arm == 1, 1 / e, 1 / (1 - e)); d$sw <- d$w * ifelse(d$arm == 1, share, 1 - share)
o$ewing <- list(crude = cox(Surv(time, status) ~ arm, d, "breslow"),
                iptw = cox(Surv(time, status) ~ arm, d, "breslow", d$w),
                stabilised = cox(Surv(time, status) ~ arm, d, "breslow", d$sw))
write_json(o, "answers/published.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
