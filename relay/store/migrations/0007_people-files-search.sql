CREATE TABLE "attachment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"owner_kind" text NOT NULL,
	"owner" text NOT NULL,
	"conversation_id" uuid,
	"message_id" uuid,
	"name" text NOT NULL,
	"bytes" bigint NOT NULL,
	"announced" text NOT NULL,
	"sha256" text,
	"type" text,
	"width" integer,
	"height" integer,
	"state" text NOT NULL,
	"why" text,
	"begun_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_writer" (
	"operator_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	CONSTRAINT "conversation_writer_operator_id_conversation_id_pk" PRIMARY KEY("operator_id","conversation_id")
);
--> statement-breakpoint
CREATE TABLE "message_words" (
	"account_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"words" "tsvector" NOT NULL,
	CONSTRAINT "message_words_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "message_words_place" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"number" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "presence_interval" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"operator_id" uuid NOT NULL,
	"relay" uuid NOT NULL,
	"presence" text NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone,
	"seen_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "routing_turn" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"relay" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "saved_search" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"operator_id" uuid NOT NULL,
	"is_shared" boolean NOT NULL,
	"name" text NOT NULL,
	"filter" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "team" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hours" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "team_name" UNIQUE("account_id","name")
);
--> statement-breakpoint
CREATE TABLE "team_member" (
	"team_id" uuid NOT NULL,
	"operator_id" uuid NOT NULL,
	CONSTRAINT "team_member_team_id_operator_id_pk" PRIMARY KEY("team_id","operator_id")
);
--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "presence" jsonb DEFAULT '{"idleMinutes":10,"busyVisitors":0,"busyMinutes":10}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "known" text GENERATED ALWAYS AS (case when name || email || phone = '' then '' else lower(name || chr(10) || email || chr(10) || phone) || chr(10) || regexp_replace(phone, '\D', '', 'g') end) STORED;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "team_id" uuid;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "assigned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "offered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "tried" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "escalated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversation" ADD COLUMN "first_answered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "operator" ADD COLUMN "declared" text DEFAULT 'online' NOT NULL;--> statement-breakpoint
ALTER TABLE "operator" ADD COLUMN "conversation_limit" integer DEFAULT 8 NOT NULL;--> statement-breakpoint
ALTER TABLE "site" ADD COLUMN "files" jsonb DEFAULT '{"maxBytes":26214400,"kinds":["image","sound","video","document","archive","other"]}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "site" ADD COLUMN "routing" jsonb DEFAULT '{"team":null,"mode":"hand","answerSec":90}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_writer" ADD CONSTRAINT "conversation_writer_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_words" ADD CONSTRAINT "message_words_conversation_id_conversation_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversation"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_words_place" ADD CONSTRAINT "message_words_place_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "presence_interval" ADD CONSTRAINT "presence_interval_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "presence_interval" ADD CONSTRAINT "presence_interval_operator_id_operator_id_fk" FOREIGN KEY ("operator_id") REFERENCES "public"."operator"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "routing_turn" ADD CONSTRAINT "routing_turn_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_search" ADD CONSTRAINT "saved_search_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_search" ADD CONSTRAINT "saved_search_operator_id_operator_id_fk" FOREIGN KEY ("operator_id") REFERENCES "public"."operator"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team" ADD CONSTRAINT "team_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_operator_id_operator_id_fk" FOREIGN KEY ("operator_id") REFERENCES "public"."operator"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachment_message" ON "attachment" USING btree ("conversation_id","message_id");--> statement-breakpoint
CREATE INDEX "attachment_owner" ON "attachment" USING btree ("owner","begun_at");--> statement-breakpoint
CREATE INDEX "attachment_unsaid" ON "attachment" USING btree ("begun_at") WHERE message_id is null;--> statement-breakpoint
CREATE INDEX "attachment_scanning" ON "attachment" USING btree ("begun_at") WHERE state = 'scanning';--> statement-breakpoint
CREATE INDEX "conversation_writer_conversation" ON "conversation_writer" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "message_words_at" ON "message_words" USING btree ("account_id","at","conversation_id","seq");--> statement-breakpoint
CREATE INDEX "message_words_words" ON "message_words" USING gin ("words") WITH (gin_pending_list_limit=256);--> statement-breakpoint
CREATE INDEX "presence_operator" ON "presence_interval" USING btree ("account_id","operator_id","from_at");--> statement-breakpoint
CREATE INDEX "presence_lasting" ON "presence_interval" USING btree ("relay") WHERE to_at is null;--> statement-breakpoint
CREATE INDEX "saved_search_account" ON "saved_search" USING btree ("account_id","operator_id");--> statement-breakpoint
CREATE INDEX "member_operator" ON "team_member" USING btree ("operator_id");--> statement-breakpoint
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_known" ON "contact" USING btree ("account_id") WHERE known <> '';--> statement-breakpoint
CREATE INDEX "conversation_assignee" ON "conversation" USING btree ("account_id","assignee_id") WHERE assignee_id is not null and status = 'open';--> statement-breakpoint
CREATE INDEX "conversation_first_answered" ON "conversation" USING btree ("account_id","first_answered_at");