"""The routes of jobs, and of the notifications that start them."""

from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.jobs import build_jobs, build_portions, build_start_job
from postroom.bootstrap.messages import build_messages
from postroom.clock import system_clock
from postroom.jobs.manage import CancelJob, FindJobs
from postroom.jobs.members import ListMembers
from postroom.jobs.progress import ShowProgress
from postroom.jobs.routes import job_routes
from postroom.leases.queue import JOBS
from postroom.messages.find import FindMessages
from postroom.notifications.notify import Notify
from postroom.notifications.routes import notification_routes
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_jobs(routes: Routes, settings: Settings) -> None:
    jobs, portions, messages = build_jobs(settings), build_portions(settings), FindMessages(build_messages(settings))
    find, cancel = FindJobs(jobs), CancelJob(jobs, build_fan_out_tickets(settings, JOBS), system_clock)
    show, members = ShowProgress(find, portions, messages, system_clock), ListMembers(find, portions, messages)
    job_routes(routes, find, show, members, cancel)


def add_notifications(routes: Routes, settings: Settings) -> None:
    accept = build_accept(settings)
    notification_routes(routes, Notify(accept.look_up, accept.lifetimes, build_start_job(settings)))
