from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import path

from catalog.views import board, chains, health, jobs, keys, loops, media, shots, titles

urlpatterns = [
    path("", board.board, name="board"),
    path("matches/<int:candidate_id>/", board.pair, name="pair"),
    path("matches/<int:candidate_id>/verdict/", board.judge, name="judge"),
    path("matches/<int:candidate_id>/loop/", loops.loop_part, name="loop-part"),
    path("verdicts/undo/", board.undo, name="undo"),
    path("titles/", titles.title_list, name="titles"),
    path("titles/add/", titles.add, name="title-add"),
    path("titles/<int:title_id>/", titles.title_detail, name="title"),
    path("titles/<int:title_id>/redetect/", titles.redetect, name="redetect"),
    path("titles/<int:title_id>/rematch/", titles.rematch, name="rematch"),
    path("titles/<int:title_id>/shots/<int:shot_id>/", shots.shot_detail, name="shot"),
    path("titles/<int:title_id>/shots/<int:shot_id>/split/", shots.split, name="split"),
    path("titles/<int:title_id>/shots/<int:shot_id>/merge/", shots.merge, name="merge"),
    path("chains/", chains.chains, name="chains"),
    path("chains/keep/", chains.keep, name="chain-keep"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job_detail, name="job"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel, name="job-cancel"),
    path("jobs/<int:job_id>/retry/", jobs.retry, name="job-retry"),
    path("media/<int:title_id>/proxy", media.proxy, name="proxy"),
    path("media/<int:title_id>/poster", media.poster, name="poster"),
    path("media/<int:title_id>/still/<int:frame>", media.still, name="still"),
    path("media/<int:title_id>/times", media.times, name="times"),
    path("media/loop/<int:candidate_id>", media.loop, name="loop"),
    path("keys/", keys.keys, name="keys"),
    path("login/", accounts.LoginView.as_view(), name="login"),
    path("logout/", accounts.LogoutView.as_view(), name="logout"),
    path(
        "account/password/",
        accounts.PasswordChangeView.as_view(
            template_name="registration/password.html", success_url="/"
        ),
        name="password",
    ),
    path("health/", health.health, name="health"),
    path("admin/", admin.site.urls),
]
