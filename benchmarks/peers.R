# Answers and processor times of R for the rows that peers.py wrote.
# Rscript peers.R FOLDER: reads FOLDER/jobs.json and its CSV files, writes FOLDER/answers.json.
# Debian packages: r-base-core r-cran-survival r-cran-cmprsk r-cran-jsonlite
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
options(warn = -1) # survfit, of logarithms in limits that are not used
folder <- commandArgs(TRUE)[1]

timed <- function(job) { # the answer, and the seconds of the best of three batches of 0.1 s or more
  answer <- NULL
  batch <- function(runs) {
    start <- sum(proc.time()[1:2])
    for (i in seq_len(runs)) answer <<- job()
    (sum(proc.time()[1:2]) - start) / runs
  }
  first <- batch(1)
  if (first < 5) { # the first run of a short one also loads what it needs
    runs <- ceiling(.1 / max(batch(1), .001))
    first <- min(replicate(3, batch(runs)))
  }
  c(answer, list(seconds = first))
}

curve <- function(fit, times, state = NULL) {
  s <- summary(fit, times = times, extend = TRUE)
  if (is.null(state)) list(value = s$surv, error = s$std.err)
  else list(value = s$pstate[, state], error = s$std.err[, state])
}
coefficients <- function(fit) list(value = unname(coef(fit)), error = sqrt(diag(vcov(fit))))
incidence <- function(d, times) curve(
  survfit(Surv(time, factor(status)) ~ arm, d, weights = weight, id = id, robust = TRUE), times, 2)
right <- function(names) reformulate(names, "Surv(time, status == 1)")
covariates <- paste0("x", 0:8)

jobs <- list(
  kaplan_meier = function(d, times) curve(
    survfit(Surv(time, status > 0) ~ arm, d, weights = weight, robust = TRUE), times),
  aalen_johansen = incidence,
  cox_arm = function(d, times)
    coefficients(coxph(right("x0"), d, weights = weight, robust = TRUE)),
  cox = function(d, times)
    coefficients(coxph(right(covariates), d, weights = weight, robust = TRUE)),
  proportional_hazards = function(d, times)
    list(value = unname(cox.zph(coxph(right(covariates), d), terms = FALSE)$table[, "chisq"])),
  fine_gray = function(d, times) {
    fit <- crr(d$time, d$status, d$x0)
    list(value = unname(fit$coef), error = sqrt(fit$var[1, 1]))
  },
  fine_gray_weighted = function(d, times) {
    d$state <- factor(d$status)
    expanded <- finegray(Surv(time, state) ~ x0 + weight + id, d, etype = "1")
    coefficients(coxph(Surv(fgstart, fgstop, fgstatus) ~ x0, expanded, weights = weight * fgwt,
                       cluster = id, ties = "breslow"))
  },
  log_rank = function(d, times)
    list(value = survdiff(Surv(time, status == 1) ~ arm, d)$chisq),
  gray = function(d, times) list(value = cuminc(d$time, d$status, d$arm)$Tests[1, "stat"]),
  from_propensity = function(d, times) {
    e <- fitted(glm(reformulate(covariates[-1], "arm"), binomial, d))
    d$weight <- ifelse(d$arm == 1, 1 - e, e)
    risk <- incidence(d, times)
    ratio <- coefficients(coxph(right("x0"), d, weights = weight, robust = TRUE))
    Map(c, risk, ratio)
  }
)

answers <- list()
for (asked in fromJSON(file.path(folder, "jobs.json"), simplifyDataFrame = FALSE)) {
  d <- read.csv(file.path(folder, asked$rows))
  d$id <- seq_len(nrow(d))
  answers[[asked$key]] <- timed(function() jobs[[asked$job]](d, asked$times))
}
write_json(
  list(R = R.version.string, survival = as.character(packageVersion("survival")),
       cmprsk = as.character(packageVersion("cmprsk")), answers = answers),
  file.path(folder, "answers.json"), auto_unbox = TRUE, digits = 17)
