# Doubly robust absolute risks of riskRegression::ate on cohorts whose tied times were separated: the i-th of the rows of one time
# (events before censorings, then in the order of the file) is moved by (i - 1) steps. ate() counts a censoring as often as its time
# is tied, and its influence function has no Efron term, so that only data without ties have one answer. "refit": standard errors of the
# g-formula by refitting with each row's weight moved (coxph, basehaz, product form); ate() takes the derivative of the exponential form.
# Writes answers/standardization.json. Run in this folder: Rscript standardization.R
# Debian packages: r-base-core r-cran-survival r-cran-riskregression r-cran-prodlim r-cran-jsonlite
suppressMessages({library(survival); library(riskRegression); library(prodlim); library(jsonlite)})
covs <- list(rotterdam=c("age","meno","size","grade","nodes","pgr","er","year"), pbc=c("age","sex","edema","bili","albumin","protime"),
  bmt=c("age","platelet"))
marks <- list(rotterdam=c(730,1826,3652), pbc=c(730,1826,3652), bmt=c(6,12,60))
steps <- c(rotterdam=1e-3, pbc=1e-3, bmt=1e-5)
out <- list(R=R.version.string, survival=as.character(packageVersion("survival")),
  riskRegression=as.character(packageVersion("riskRegression")), landmarks=marks, steps=as.list(steps))
g_formula <- function(d, cv, times, weight) {
  w <<- weight; X <- model.matrix(reformulate(c("arm",cv)), d)[,-1]; grid <- sort(d$time); models <- list()
  for (k in 1:2) { f <- coxph(Surv(d$time, d$status==k) ~ X, weights=w, ties="breslow", control=coxph.control(eps=1e-12, iter.max=50)); b <- basehaz(f, centered=FALSE)
    models[[k]] <- list(beta=coef(f), step=diff(c(0, b$hazard[match(grid, b$time)]))) }
  sapply(0:1, function(a) { Z <- X; Z[,"arm"] <- a
    h <- lapply(models, function(m) outer(as.vector(exp(Z %*% m$beta)), m$step))
    S <- t(apply(1 - h[[1]] - h[[2]], 1, cumprod)); S <- cbind(1, S[,-ncol(S)]); risk <- S*h[[1]]
    sapply(times, function(t) sum(w*rowSums(risk[,grid <= t]))/sum(w)) }) }
refit <- function(d, cv, times) { one <- rep(1, nrow(d)); e <- 1e-4
  slope <- sapply(seq_len(nrow(d)), function(i) { up <- one; up[i] <- 1+e; down <- one; down[i] <- 1-e
    (as.vector(g_formula(d,cv,times,up)) - as.vector(g_formula(d,cv,times,down)))/(2*e) })
  list(estimate=as.vector(g_formula(d,cv,times,one)), se=sqrt(rowSums(slope^2))) }
estimators <- c("G-formula","IPTW","AIPTW")
for (nm in names(covs)) {
  d <- read.csv(file.path("../data", paste0(nm,".csv")), stringsAsFactors=TRUE); cv <- covs[[nm]]
  d <- d[complete.cases(d[,c(cv,"time","status","arm")]),]
  if (nm=="rotterdam") d <- d[seq(1, nrow(d), 4),]  # the influence function of the whole cohort takes minutes
  o <- order(d$time, d$status==0, seq_len(nrow(d)))
  d$time[o] <- d$time[o] + steps[[nm]]*(ave(seq_along(o), d$time[o], FUN=seq_along) - 1)
  stopifnot(!anyDuplicated(d$time))
  d$armf <- factor(d$arm)
  tr <- glm(reformulate(cv,"armf"), binomial, d, control=glm.control(epsilon=1e-12))
  ce <- coxph(Surv(time,status==0)~strata(armf), data=d, x=TRUE, y=TRUE)
  ev <- CSC(reformulate(c("armf",cv),"Hist(time,status)"), data=d)
  # one cause only: the others count as censored
  d$one <- as.integer(d$status==1); cx <- coxph(reformulate(c("armf",cv),"Surv(time,one)"), data=d, x=TRUE, y=TRUE)
  c1 <- coxph(Surv(time,one==0)~strata(armf), data=d, x=TRUE, y=TRUE)
  get <- function(ev, ce, ...) { a <- ate(ev, treatment=tr, censor=ce, data=d, times=marks[[nm]], cause=1, estimator=estimators, verbose=FALSE, se=TRUE, band=FALSE, ...)
    m <- as.data.frame(a$meanRisk); f <- as.data.frame(a$diffRisk)
    list(mean=m[,c("estimator","time","treatment","estimate","se")], difference=f[,c("estimator","time","estimate","se")]) }
  out[[nm]] <- list(competing=get(ev,ce), single=get(cx,c1,product.limit=TRUE))
  if (nm!="rotterdam") out[[nm]]$refit <- refit(d, cv, marks[[nm]])
  cat(nm,"\n")
}
write_json(out, "answers/standardization.json", digits=12, auto_unbox=TRUE)
