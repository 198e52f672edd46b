"""Every address under /api/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from catalog.api import bins, catalogue, components, docs, edits, exports, jobs, matches

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs.docs, name="docs"),
    path("productions/", catalogue.Productions.as_view(), name="productions"),
    path("titles/", catalogue.Titles.as_view(), name="titles"),
    path("titles/<int:pk>/", catalogue.OneTitle.as_view(), name="title"),
    path("titles/<int:pk>/shots/", catalogue.Shots.as_view(), name="shots"),
    path("titles/<int:pk>/findings/", components.Findings.as_view(), name="findings"),
    path("components/", components.Components.as_view(), name="components"),
    path("components/<int:pk>/", components.OneComponent.as_view(), name="component"),
    path("components/<int:pk>/similar/", components.Similar.as_view(), name="similar"),
    path(
        "matches/<int:pk>/suggestions/",
        components.Suggestions.as_view(),
        name="suggestions",
    ),
    path("matches/<int:pk>/components/", components.Choices.as_view(), name="choices"),
    path(
        "choices/<int:pk>/take-back/", components.TakeBack.as_view(), name="take-back"
    ),
    path("matches/", matches.Matches.as_view(), name="matches"),
    path("matches/<int:pk>/", matches.OneMatch.as_view(), name="match"),
    path("matches/<int:pk>/verdict/", matches.GiveVerdict.as_view(), name="judge"),
    path("verdicts/undo/", matches.UndoVerdict.as_view(), name="undo"),
    path("bins/", bins.Bins.as_view(), name="bins"),
    path("bins/<int:pk>/", bins.OneBin.as_view(), name="bin"),
    path("bins/<int:pk>/items/", bins.Items.as_view(), name="items"),
    path("bins/<int:pk>/carry/", bins.CarryBin.as_view(), name="carry-bin"),
    path("items/<int:pk>/", bins.OneItem.as_view(), name="item"),
    path("items/<int:pk>/move/", bins.MoveItem.as_view(), name="move-item"),
    path("edits/", edits.Edits.as_view(), name="edits"),
    path("edits/foretell/", edits.ForetellEdit.as_view(), name="foretell-edit"),
    path("edits/<int:pk>/", edits.OneEdit.as_view(), name="edit"),
    path("edits/<int:pk>/cancel/", edits.CancelEdit.as_view(), name="cancel-edit"),
    path("edits/<int:pk>/resume/", edits.ResumeEdit.as_view(), name="resume-edit"),
    path(
        "edits/<int:pk>/reproduce/",
        edits.ReproduceEdit.as_view(),
        name="reproduce-edit",
    ),
    path("edits/<int:pk>/accept/", edits.AcceptEdit.as_view(), name="accept-edit"),
    path("edits/<int:pk>/file/", edits.EditFile.as_view(), name="edit-file"),
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<int:pk>/file/", exports.ExportFile.as_view(), name="export-file"),
    path("searches/", jobs.Searches.as_view(), name="searches"),
    path("searches/<int:pk>/", jobs.OneSearch.as_view(), name="search"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.OneJob.as_view(), name="job"),
    path("jobs/<int:pk>/cancel/", jobs.CancelJob.as_view(), name="cancel-job"),
    path("jobs/<int:pk>/retry/", jobs.RetryJob.as_view(), name="retry-job"),
    path("encoders/", catalogue.Encoders.as_view(), name="encoders"),
    path("cuts/", catalogue.Cuts.as_view(), name="cuts"),
    path("cuts/<int:pk>/", catalogue.OneCut.as_view(), name="cut"),
    path("cuts/<int:pk>/events/", catalogue.Events.as_view(), name="events"),
]
