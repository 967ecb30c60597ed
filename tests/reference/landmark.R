# Survival and incidence of the rows with time > landmark, weighted, with robust errors of patients.
# Run in this folder: Rscript landmark.R. Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(jsonlite)})
landmarks <- list(pbc = 1500, bmt = 3.158, retinopathy = 6.13)  # events at the last two
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
for (nm in names(landmarks)) {
  d <- read.csv(file.path("../data", paste0(nm, ".csv")))
  d$w <- abs(d$age) + 1   # weights of no meaning, to have some
  L <- landmarks[[nm]]
  late <- sort(d$time[d$time > L & d$status > 0])
  times <- unname(quantile(late, c(.2, .5, .8), type = 1))
  o[[nm]] <- list(landmark = L, times = times, n_event_at_landmark = sum(d$time == L & d$status > 0))
  for (a in 0:1) {
    s <- subset(d, time > L & arm == a)
    k <- summary(survfit(Surv(time, status > 0) ~ 1, s, weights = w, cluster = cluster, robust = TRUE), times = times)
    r <- list(survival = k$surv, survival_se = k$std.err)
    if (any(d$status == 2)) {
      s$id <- seq_len(nrow(s))
      m <- summary(survfit(Surv(time, factor(status, 0:2)) ~ 1, s, weights = w, id = id, cluster = cluster), times = times)
      r$incidence <- m$pstate[, 2]
      r$incidence_se <- m$std.err[, 2]
    }
    o[[nm]]$arms[[a + 1]] <- r
  }
}
write_json(o, "answers/landmark.json", digits = 14, auto_unbox = TRUE, pretty = TRUE, na = "null")
