CREATE TABLE "ledger" (
	"id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"room" text NOT NULL,
	"operator_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"body" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "ledger_account_id_number_pk" PRIMARY KEY("account_id","number"),
	CONSTRAINT "ledger_id_unique" UNIQUE("id")
);
--> statement-breakpoint
ALTER TABLE "ledger" ADD CONSTRAINT "ledger_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ledger_room" ON "ledger" USING btree ("account_id","room","number");