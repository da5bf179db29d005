BEGIN TRANSACTION;
CREATE TABLE cs_audit (
	id INTEGER NOT NULL, 
	workspace VARCHAR(64) NOT NULL, 
	happened_at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	action TEXT NOT NULL, 
	detail JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "cs_audit" VALUES(1,'acme','2026-01-02 03:04:05.000000','who it''s','action it''s','{"a": [1, null, "\u00fc"]}');
CREATE TABLE cs_cards (
	workspace VARCHAR(64) NOT NULL, 
	kpi VARCHAR(64) NOT NULL, 
	owner TEXT NOT NULL, 
	review_on DATE, 
	signed_by TEXT NOT NULL, 
	signed_at DATETIME, 
	signed_settings JSON NOT NULL, 
	benchmark_low FLOAT, 
	benchmark_high FLOAT, 
	benchmark_source TEXT NOT NULL, 
	PRIMARY KEY (workspace, kpi)
);
INSERT INTO "cs_cards" VALUES('acme','kpi it''s','owner it''s','2026-01-02','signed_by it''s','2026-01-02 03:04:05.000000','{"a": [1, null, "\u00fc"]}',0.5,0.5,'benchmark_source it''s');
CREATE TABLE cs_drafts (
	workspace VARCHAR(64) NOT NULL, 
	draft VARCHAR(64) NOT NULL, 
	content JSON NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (workspace, draft)
);
INSERT INTO "cs_drafts" VALUES('acme','draft it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000');
CREATE TABLE cs_follow_ups (
	id INTEGER NOT NULL, 
	workspace VARCHAR(64) NOT NULL, 
	change VARCHAR(64) NOT NULL, 
	follow_up VARCHAR(64) NOT NULL, 
	state VARCHAR(64), 
	owner TEXT, 
	note TEXT, 
	happened_at DATETIME NOT NULL, 
	answer JSON NOT NULL, 
	undoes VARCHAR(64), 
	who TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "cs_follow_ups" VALUES(1,'acme','change it''s','follow_up it''s','state it''s','owner it''s','note it''s','2026-01-02 03:04:05.000000','{"a": [1, null, "\u00fc"]}','undoes it''s','who it''s','2026-01-02 03:04:05.000000');
CREATE TABLE cs_link_opens (
	id INTEGER NOT NULL, 
	workspace VARCHAR(64) NOT NULL, 
	link VARCHAR(64) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "cs_link_opens" VALUES(1,'acme','link it''s','2026-01-02 03:04:05.000000','who it''s','outcome it''s');
CREATE TABLE cs_links (
	workspace VARCHAR(64) NOT NULL, 
	link VARCHAR(64) NOT NULL, 
	secret VARCHAR(64) NOT NULL, 
	salt VARCHAR(64) NOT NULL, 
	password VARCHAR(128) NOT NULL, 
	title TEXT NOT NULL, 
	note TEXT NOT NULL, 
	page VARCHAR(64) NOT NULL, 
	params JSON NOT NULL, 
	frozen BOOLEAN NOT NULL, 
	version INTEGER, 
	settings JSON NOT NULL, 
	own JSON NOT NULL, 
	as_of VARCHAR(64), 
	"where" JSON NOT NULL, 
	filters VARCHAR(64) NOT NULL, 
	hidden JSON NOT NULL, 
	audience JSON NOT NULL, 
	created_by TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (workspace, link)
);
INSERT INTO "cs_links" VALUES('acme','link it''s','secret it''s','salt it''s','password it''s','title it''s','note it''s','page it''s','{"a": [1, null, "\u00fc"]}',0,1,'{"a": [1, null, "\u00fc"]}','{"a": [1, null, "\u00fc"]}','as_of it''s','{"a": [1, null, "\u00fc"]}','filters it''s','{"a": [1, null, "\u00fc"]}','{"a": [1, null, "\u00fc"]}','created_by it''s','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000');
CREATE TABLE cs_mappings (
	workspace VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(128) NOT NULL, 
	content JSON NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (workspace, fingerprint)
);
INSERT INTO "cs_mappings" VALUES('acme','fingerprint it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000');
CREATE TABLE cs_matches (
	workspace VARCHAR(64) NOT NULL, 
	pair VARCHAR(64) NOT NULL, 
	kept TEXT NOT NULL, 
	other TEXT NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	evidence TEXT NOT NULL, 
	who TEXT NOT NULL, 
	decided_at DATETIME NOT NULL, 
	PRIMARY KEY (workspace, pair)
);
INSERT INTO "cs_matches" VALUES('acme','pair it''s','kept it''s','other it''s',0,'evidence it''s','who it''s','2026-01-02 03:04:05.000000');
CREATE TABLE cs_notes (
	workspace VARCHAR(64) NOT NULL, 
	note VARCHAR(64) NOT NULL, 
	kpi VARCHAR(64) NOT NULL, 
	dated DATE NOT NULL, 
	text TEXT NOT NULL, 
	who TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, note)
);
INSERT INTO "cs_notes" VALUES('acme','note it''s','kpi it''s','2026-01-02','text it''s','who it''s','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_own_kpis (
	workspace VARCHAR(64) NOT NULL, 
	kpi VARCHAR(64) NOT NULL, 
	content JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, kpi)
);
INSERT INTO "cs_own_kpis" VALUES('acme','kpi it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_people (
	workspace VARCHAR(64) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	role VARCHAR(64) NOT NULL, 
	invited_by TEXT NOT NULL, 
	invited_at DATETIME NOT NULL, 
	seen_at DATETIME, 
	PRIMARY KEY (workspace, email)
);
INSERT INTO "cs_people" VALUES('acme','email it''s','role it''s','invited_by it''s','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000');
CREATE TABLE cs_schema (
	number INTEGER NOT NULL
);
INSERT INTO "cs_schema" VALUES(1);
CREATE TABLE cs_scorecards (
	workspace VARCHAR(64) NOT NULL, 
	scorecard VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	kpis JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, scorecard)
);
INSERT INTO "cs_scorecards" VALUES('acme','scorecard it''s','name it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_segments (
	workspace VARCHAR(64) NOT NULL, 
	segment VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	"where" JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, segment)
);
INSERT INTO "cs_segments" VALUES('acme','segment it''s','name it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_settings (
	workspace VARCHAR(64) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	value JSON NOT NULL, 
	PRIMARY KEY (workspace, name)
);
INSERT INTO "cs_settings" VALUES('acme','name it''s','{"a": [1, null, "\u00fc"]}');
CREATE TABLE cs_states (
	workspace VARCHAR(64) NOT NULL, 
	state VARCHAR(64) NOT NULL, 
	content JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (workspace, state)
);
INSERT INTO "cs_states" VALUES('acme','state it''s','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000');
CREATE TABLE cs_targets (
	workspace VARCHAR(64) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	held VARCHAR(300) NOT NULL, 
	kpi VARCHAR(64) NOT NULL, 
	segment VARCHAR(64) NOT NULL, 
	"where" JSON NOT NULL, 
	grain VARCHAR(64) NOT NULL, 
	since DATE NOT NULL, 
	until DATE, 
	low FLOAT, 
	high FLOAT, 
	owner TEXT NOT NULL, 
	review_on DATE, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, target), 
	UNIQUE (workspace, held)
);
INSERT INTO "cs_targets" VALUES('acme','target it''s','held it''s','kpi it''s','segment it''s','{"a": [1, null, "\u00fc"]}','grain it''s','2026-01-02','2026-01-02',0.5,0.5,'owner it''s','2026-01-02','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_themes (
	workspace VARCHAR(64) NOT NULL, 
	theme VARCHAR(64) NOT NULL, 
	held VARCHAR(300) NOT NULL, 
	name TEXT NOT NULL, 
	phrases JSON NOT NULL, 
	found JSON NOT NULL, 
	merged JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, theme), 
	UNIQUE (workspace, held)
);
INSERT INTO "cs_themes" VALUES('acme','theme it''s','held it''s','name it''s','{"a": [1, null, "\u00fc"]}','{"a": [1, null, "\u00fc"]}','{"a": [1, null, "\u00fc"]}','2026-01-02 03:04:05.000000','2026-01-02 03:04:05.000000',0);
CREATE TABLE cs_uploads (
	workspace VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	uploaded_at DATETIME NOT NULL, 
	PRIMARY KEY (workspace, sha256)
);
INSERT INTO "cs_uploads" VALUES('acme','sha256 it''s','name it''s',1,'2026-01-02 03:04:05.000000');
CREATE TABLE cs_versions (
	workspace VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	content JSON NOT NULL, 
	PRIMARY KEY (workspace, number)
);
INSERT INTO "cs_versions" VALUES('acme',1,'{"a": [1, null, "\u00fc"]}');
CREATE TABLE cs_views (
	workspace VARCHAR(64) NOT NULL, 
	kpi VARCHAR(64) NOT NULL, 
	last_on DATE NOT NULL, 
	PRIMARY KEY (workspace, kpi)
);
INSERT INTO "cs_views" VALUES('acme','kpi it''s','2026-01-02');
CREATE INDEX ix_cs_follow_ups_workspace ON cs_follow_ups (workspace);
CREATE INDEX ix_cs_link_opens_workspace ON cs_link_opens (workspace);
CREATE INDEX ix_cs_link_opens_link ON cs_link_opens (link);
CREATE INDEX ix_cs_audit_workspace ON cs_audit (workspace);
COMMIT;
