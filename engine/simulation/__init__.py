"""What would happen: last month's cases through a draft, with other numbers of people, before it is published.

The same engine decides, in memory and on simulated time (simpy); what people entered, how long they worked and when
customers answered is drawn from history. See ``docs/explanation/simulation.md`` for what is assumed.
"""
