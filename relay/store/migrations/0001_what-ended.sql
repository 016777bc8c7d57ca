CREATE TABLE "revocation" (
	"room" text PRIMARY KEY NOT NULL,
	"ended" boolean NOT NULL,
	"paused_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "revocation_expires" ON "revocation" USING btree ("expires_at");