ALTER TABLE "ledger" ADD COLUMN "site" text GENERATED ALWAYS AS (substring(body from '"site":"([^"]*)"')) STORED;--> statement-breakpoint
ALTER TABLE "ledger" ADD COLUMN "words" text;--> statement-breakpoint
CREATE INDEX "ledger_operator" ON "ledger" USING btree ("account_id","operator_id","number");--> statement-breakpoint
CREATE INDEX "ledger_site" ON "ledger" USING btree ("account_id","site","number");--> statement-breakpoint
CREATE INDEX "ledger_at" ON "ledger" USING btree ("account_id","at","number");