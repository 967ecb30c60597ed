# Medians and quartiles of survival with log(-log) limits from robust errors, and reverse Kaplan-Meier.
# Run in this folder: Rscript quantiles.R. Debian packages: r-base-core r-cran-survival r-cran-jsonlite
suppressMessages({library(survival); library(jsonlite)})
o <- list(R = R.version.string, survival = as.character(packageVersion("survival")), probs = c(.25, .5))
for (nm in c("pbc", "bmt", "retinopathy")) {
  d <- read.csv(file.path("../data", paste0(nm, ".csv")))
  d$w <- abs(d$age) + 1   # weights of no meaning, to have some
  for (way in c("events", "follow_up")) {
    d$e <- if (way == "events") as.integer(d$status > 0) else as.integer(d$status == 0)
    f <- survfit(Surv(time, e) ~ arm, d, weights = w, cluster = cluster, robust = TRUE, conf.type = "log-log")
    q <- quantile(f, probs = o$probs)
    o[[nm]][[way]] <- lapply(1:2, function(a) list(value = unname(q$quantile[a, ]), lower = unname(q$lower[a, ]), upper = unname(q$upper[a, ])))
  }
}
write_json(o, "answers/quantiles.json", digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null")
