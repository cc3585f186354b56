"""Where a shipped form differs from the catalogue on purpose, each with its reason: nowhere else may one differ."""

from __future__ import annotations

NUMBER = "a case is named by its number, which is stored as text and filled in by the engine"
NO_MEMBERS = "the register of members comes with headquarters' pack; until then the card number is typed in"
WHOLE_TABLE = "the table is filled in by the engine; nobody can leave a cell empty"
ONE_ROW = "a form without a row would say nothing"

DIFFERENCES: dict[str, str] = {
    "visit_log.client mark": "companions, suppliers and applicants are logged as well",
    "complaint_record_logistics.carrier mark": "who is liable is not known at the intake; the carrier is required in "
                                               "carrier_coordination",
    "complaint_liability.case type": NUMBER,
    "complaint_liability.promised_at absent": "set after the form, by complaint_deadline, as a variable of the case",
    "mailbox_check.mails.sender type": "who sends an e-mail has an address, so it is checked as one",
    "mailbox_check.mails.case type": NUMBER,
    "complaint_handling.record_no type": NUMBER,
    "complaint_revisit.case type": NUMBER,
    "complaint_statistics.rows mark": "a period without complaints has none",
    "complaint_statistics.totals absent": "several fields: number_of, total_loss, by_method, by_unit …",
    "carrier_coordination.carrier_answer mark": "asked for in every round, which ends with the carrier's answer",
    "carrier_coordination.result mark": "asked for in every round, which ends with a result",
    "complaint_final_notice.case type": NUMBER,
    "complaint_opinion_hq.channel values": "complaints passed on by a store come to headquarters as well",
    "complaint_opinion_hq.member_no type": NO_MEMBERS,
    "complaint_opinion_hq.revisit type": "the revisit of the same case, told in words",
    "complaint_opinion_store.member_no type": NO_MEMBERS,
    "complaint_bulletin.case type": NUMBER,
    "complaint_bulletin.readers.user mark": WHOLE_TABLE,
    "improvement_action.actions.done_at absent": "told by the owner in a form of its own, improvement_result",
    "improvement_action.actions.result absent": "told by the owner in a form of its own, improvement_result",
    "duty_roster.shifts mark": "a roster must cover every hour, so it has rows",
    "controlled_document.change_mark type": "a revision mark is a sign such as A/1; the date has a field of its own",
    "retailer_profile.top_brands type": "several brands are the rows of a table",
    "retail_visit_record.followups.case type": NUMBER,
    "retail_visit_record.signature mark": "a parameter of the pack may ask for it",
    "retailer_score_sheet.items mark": ONE_ROW,
    "retailer_score_sheet.recheck absent": "several fields of a section of that name",
    "classification_statistics.rows.class mark": WHOLE_TABLE,
    "classification_statistics.rows.retailers mark": WHOLE_TABLE,
    "market_analysis_report.comment mark": "whoever returns a report says why",
    "forecast_sample.customers mark": ONE_ROW,
    "demand_forecast_sheet.rows mark": ONE_ROW,
    "shared_information.content type": "files have a field of their own beside the text",
    "joint_office_feedback.decision type": "the decision of the field group approval, with its other fields",
    "joint_office_feedback.decision mark": "the joint office decides each case that reaches it",
    "training_record.attendees mark": ONE_ROW,
    "escalation.task type": "one task, named by its step; filled in by the engine",
    "delegation.tasks type": "several tasks are the rows of a table",
    "delegation.tasks mark": "needed when single tasks are handed over rather than all",
    "change_request.artefact type": "the name of a file; files of the content are in no register",
}
"""``form.field what`` or ``form.field.column what`` → why; what is ``absent``, ``type``, ``values`` or ``mark``."""

TARGET = ("sales_target", "marketing_target_plan", "weekly_summary", "monthly_operation_report", "next_month_plan",
          "brand_target_breakdown", "terminal_programme", "key_market_plan")
ELSEWHERE: dict[str, str] = dict.fromkeys(TARGET, "belongs to the pack target") | {
    "meeting_minutes": "shared by all packs: part of platform; its fields by kind of meeting come with their packs"}
"""Forms of these pages that the packs compared here do not ship."""
