package baedal.coupon;

/**
 * What became of the coupons of a campaign.
 *
 * @param issued all coupons that were issued, also those that were used or revoked since
 * @param used the coupons that are used for a paid order
 * @param usedThoughWithdrawn the used coupons that came with an order that was canceled or rejected
 */
record CampaignReport(
    Campaign campaign, long issued, long used, long revoked, long usedThoughWithdrawn) {}
