# Predictions of cmprsk's crr for the data that regression.R drew, whose times are all different. Run in
# this folder: Rscript subdistribution_risk.R. Debian packages: r-base-core r-cran-cmprsk r-cran-jsonlite
suppressMessages({library(cmprsk); library(jsonlite)})
d <- fromJSON("answers/regression.json")$untied$data
at <- rbind(c(0, 0), c(1, .5), c(1, -1))
p <- predict(crr(d$time, d$status, cbind(d$arm, d$x), gtol = 1e-12), at)
write_json(list(R = R.version.string, cmprsk = as.character(packageVersion("cmprsk")),
                new_covariates = at, time = p[, 1], risk = p[, -1]),
           "answers/subdistribution_risk.json", digits = 14, auto_unbox = TRUE)
