# What mice imputes: distribution of imputed values and estimates on completed data, over many
# imputations of one made-up table. Run from tests/reference: Rscript mice.R
suppressMessages({library(mice); library(jsonlite)})
set.seed(20240906)
n <- 400
arm <- rbinom(n, 1, 0.45)
age <- rnorm(n)
volume <- exp(0.4 * age + 0.3 * arm + rnorm(n, sd = 0.7))
surgery <- rbinom(n, 1, plogis(-0.5 + 0.8 * age + 0.5 * arm))
site <- apply(cbind(1, exp(0.2 + 0.6 * age), exp(-0.3 + 0.5 * surgery - 0.4 * arm)), 1,
              function(odds) sample(3, 1, prob = odds))
grade <- findInterval(0.7 * age + 0.4 * surgery + rlogis(n), c(-1, 0.2, 1.6)) + 1
y <- 1 + 0.5 * arm + 0.4 * log(volume) - 0.3 * surgery + 0.25 * grade + 0.3 * (site == 2) + rnorm(n)
data <- data.frame(arm, age, volume, surgery, site, grade, y)
for (name in c("volume", "surgery", "site", "grade")) {
  lost <- runif(n) < plogis(-1.6 + 0.5 * age + 0.4 * arm + 0.3 * (y - 2))
  data[lost, name] <- NA
}
write.csv(data, "../data/imputation/made_up.csv", row.names = FALSE, na = "")

m <- 500
typed <- transform(data, logv = log(volume), surgery = factor(surgery), site = factor(site),
                   grade = ordered(grade))
typed$volume <- NULL
found <- mice(typed, m = m, maxit = 10, printFlag = FALSE, seed = 1,
              method = c(arm = "", age = "", surgery = "logreg", site = "polyreg", grade = "polr",
                         y = "", logv = "pmm"))
quantities <- t(sapply(seq_len(m), function(i) {
  full <- complete(found, i)
  at <- lapply(c(logv = "logv", surgery = "surgery", site = "site", grade = "grade"),
               function(name) full[is.na(typed[[name]]), name])
  fit <- lm(y ~ arm + age + logv + surgery + site + as.integer(grade), full)
  c(mean_log_volume = mean(at$logv), sd_log_volume = sd(at$logv),
    surgery_1 = mean(at$surgery == 1), site_1 = mean(at$site == 1), site_2 = mean(at$site == 2),
    grade_1 = mean(at$grade == 1), grade_2 = mean(at$grade == 2), grade_3 = mean(at$grade == 3),
    setNames(coef(fit)[c("arm", "logv", "surgery1", "site2", "site3", "as.integer(grade)")],
             c("b_arm", "b_log_volume", "b_surgery", "b_site_2", "b_site_3", "b_grade")),
    setNames(diag(vcov(fit))[c("arm", "logv", "surgery1", "site2", "site3", "as.integer(grade)")],
             c("v_arm", "v_log_volume", "v_surgery", "v_site_2", "v_site_3", "v_grade")))
}))
scalar <- function(q, u, ...) {
  p <- pool.scalar(q, u, ...)
  list(q = q, u = u, qbar = p$qbar, t = p$t, df = p$df, fmi = p$fmi)
}
write_json(list(
  versions = list(R = R.version.string, mice = as.character(packageVersion("mice"))),
  imputations = m,
  mean = as.list(colMeans(quantities)), sd = as.list(apply(quantities, 2, sd)),
  pool_scalar = list(
    scalar(c(.5, .7, .6), c(.04, .05, .045)),
    scalar(c(.5, .7, .6), c(.04, .05, .045), n = 21, k = 1),
    scalar(c(.6, .6, .6), c(.04, .05, .045), n = 21, k = 1),
    scalar(c(-.30, -.25, -.38), c(.040, .042, .041)),
    scalar(c(-.30, -.25, -.38), c(.040, .042, .041), n = 500, k = 22))
), "answers/mice.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
